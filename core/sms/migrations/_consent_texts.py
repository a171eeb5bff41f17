"""The first version of what people agree to before they get texts.

A practice has it reviewed and adds its own as the next version in the admin.
"""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Who sends what and how often, what it costs, how it ends, and that care does not depend on it:
# 47 CFR 64.1200(f)(9), and the CTIA's "Messaging principles and best practices", 5.1.
ENGLISH = (
    "Text me about my visits: reminders, changes, open times I wait for, and that my provider is "
    "ready. I agree that you send such texts, a few for each visit, by an automatic system to the "
    "phone number I gave. They say a day, a time and a private link, and never what a visit is for. "
    "Texts are not fully private, and message and data rates may apply. I can reply STOP at any time "
    "to end them, or HELP for help. I do not have to agree to get care."
)
SPANISH = (
    "Envíenme mensajes de texto sobre mis citas: recordatorios, cambios, horas libres que espero y "
    "el aviso de que mi profesional de salud me espera. Acepto que me envíen esos mensajes, unos "
    "pocos por cita, con un sistema automático, al número de teléfono que di. Dicen un día, una hora "
    "y un enlace privado, y nunca para qué es la cita. Los mensajes de texto no son del todo "
    "privados, y pueden aplicarse cargos por mensajes y datos. Puedo responder STOP o ALTO en "
    "cualquier momento para no recibir más, o AYUDA para pedir ayuda. No tengo que aceptar para "
    "recibir atención."
)


def write(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Write version 1, in both languages."""
    SmsConsentText = apps.get_model("sms", "SmsConsentText")
    SmsConsentText.objects.create(version=1, text=ENGLISH, i18n={"text_es": SPANISH})
