"""The first version of each text that a patient agrees to, so that a new site can be used.

A practice has them reviewed and adds its own as the next version in the admin.
"""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TEXTS = {
    "telehealth": (
        "I agree to receive care by video or phone. I understand that I can stop at any time, that "
        "technology can fail and that we may then finish by phone, and that my provider may ask me "
        "to be seen in person if that is safer for me. I will be in the state that I chose when the "
        "visit takes place."
    ),
    # All that is really sent, also to who would rather be called.
    "email": (
        "I agree that you send messages about my visits to the e-mail address I gave: a confirmation, "
        "reminders, changes, and, if I wait for a time, offers. You send them also if I would rather "
        "be called when something comes up. I understand that e-mail is not fully private. The "
        "messages hold a first name, the day and time of the visit, how to join it, your phone number "
        "and a private link, and some a calendar file that says “Visit”. They never say what the visit "
        "is for."
    ),
}
# What a site may still have that was made earlier.
EARLIER = {
    "email": (
        "I agree that you send messages about my visits to the e-mail address I gave. I understand "
        "that e-mail is not fully private. The messages hold my first name, the time of the visit, "
        "your phone number and a private link, and never say what the visit is for."
    ),
}
# What they are in Spanish, word for word.
SPANISH = {
    "telehealth": (
        "Acepto recibir atención por video o por teléfono. Entiendo que puedo dejarla en cualquier "
        "momento, que la tecnología puede fallar y que en ese caso quizás terminemos por teléfono, "
        "y que mi profesional de salud puede pedirme una cita en persona si eso es más seguro para "
        "mí. Estaré en el estado que elegí a la hora de la cita."
    ),
    "email": (
        "Acepto que me envíen mensajes sobre mis citas a la dirección de correo electrónico que di: "
        "una confirmación, recordatorios, cambios y, si espero una hora, ofertas. Me los envían "
        "también si prefiero que me llamen cuando surja algo. Entiendo que el correo electrónico no "
        "es del todo privado. Los mensajes llevan un nombre, el día y la hora de la cita, cómo "
        "entrar a ella, su número de teléfono y un enlace privado, y algunos un archivo de "
        "calendario que dice “Cita”. Nunca dicen para qué es la cita."
    ),
}


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write the first version of each text; where it is the newest, one more, in Spanish as well.

    What a practice has written itself stays as it is: it adds the Spanish of that in the admin.
    """
    ConsentText = apps.get_model("appointments", "ConsentText")
    for kind, text in TEXTS.items():
        newest = ConsentText.objects.filter(kind=kind).order_by("-version").first()
        ours = (text, EARLIER.get(kind))
        if newest is None or (newest.text in ours and not newest.i18n):
            ConsentText.objects.create(
                kind=kind,
                version=newest.version + 1 if newest else 1,
                text=text,
                i18n={"text_es": SPANISH[kind]},
            )
