"""What the demo says in Spanish: each text of its clinic beside the English one.

Written where staff have left the Spanish empty; what they wrote stays.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from modeltrans.fields import TranslationField

FIELD = "i18n"
SPANISH = {
    # practice
    "8 am to 8 pm Central": "De 8 am a 8 pm, hora central",
    "A demonstration. The clinic, its staff and its patients are made up": (
        "Una demostración. La clínica, su personal y sus pacientes son inventados"
    ),
    # services
    "First visit": "Primera cita",
    "No, this is my first visit": "No, esta es mi primera cita",
    "We talk, and make a plan if you want one.": "Hablamos, y hacemos un plan si usted quiere.",
    "Follow-up": "Seguimiento",
    "Yes, I come regularly": "Sí, vengo con regularidad",
    "How it is going, and your next prescription.": "Cómo va todo, y su próxima receta.",
    "Coming back": "Regreso",
    "Yes, but it has been a while": "Sí, pero hace tiempo que no vengo",
    "Welcome back. We pick up where you are now.": (
        "Nos alegra verle de nuevo. Seguimos desde donde usted está ahora."
    ),
    "Counseling": "Consejería",
    "I would like to talk with a counselor": "Quiero hablar con un consejero",
    "Time to talk, alone or with someone you trust.": (
        "Tiempo para hablar, a solas o con alguien de confianza."
    ),
    "Phone check-in": "Llamada de control",
    "Yes, and a short call is enough": "Sí, y basta con una llamada corta",
    "We call you. No video needed.": "Nosotros le llamamos. No hace falta video.",
    # testimonials
    "I sat in my truck on my lunch break and told a stranger the truth. She just nodded and said, "
    "okay, here is what we can do.": (
        "Me senté en mi camioneta a la hora del almuerzo y le dije la verdad a alguien que no "
        "conocía. Ella solo asintió y dijo: bueno, esto es lo que podemos hacer."
    ),
    "Nobody asked me why I had not come sooner.": (
        "Nadie me preguntó por qué no había venido antes."
    ),
    "Moving a visit takes me ten seconds. That is the reason I never missed one.": (
        "Cambiar una cita me toma diez segundos. Por eso nunca he faltado a ninguna."
    ),
    # providers, in a few words
    "Listens first. Nineteen years in rural clinics.": (
        "Primero escucha. Diecinueve años en clínicas rurales."
    ),
    "Addiction medicine. Likes plain questions.": (
        "Medicina de la adicción. Le gustan las preguntas directas."
    ),
    "Twelve years of emergency medicine before this.": (
        "Antes, doce años en medicina de emergencia."
    ),
    "Counsels people and the ones who love them.": (
        "Da consejería a las personas y a quienes las quieren."
    ),
    "Family medicine. Treats the whole person.": (
        "Medicina familiar. Atiende a la persona completa."
    ),
    "Small steps, honestly counted.": "Pasos pequeños, contados con honestidad.",
    "Was a paramedic. Hard to shock.": "Fue paramédico. Es difícil que algo le asuste.",
    "Sees people who were told to come back later.": (
        "Atiende a personas a quienes les dijeron que volvieran después."
    ),
    # topics of the newsletter
    "Recovery": "Recuperación",
    "Small steps, cravings, sleep, and a return to use.": (
        "Pasos pequeños, deseos de consumir, el sueño y qué hacer si se vuelve a consumir."
    ),
    "Medicine news": "Novedades sobre medicamentos",
    "What is new, what is safe, and what it costs.": (
        "Qué hay de nuevo, qué es seguro y cuánto cuesta."
    ),
    "For families": "Para las familias",
    "How to help somebody, and yourself.": "Cómo ayudar a alguien, y a usted.",
    # who writes and reviews
    "addiction nursing": "enfermería en adicciones",
    "addiction medicine": "medicina de la adicción",
    "An invented person, for the demonstration of this site.": (
        "Una persona inventada, para la demostración de este sitio."
    ),
}


def write_spanish() -> None:
    """Write the Spanish of every short text of the demo that has none."""
    for row, names in untranslated():
        for name in names:
            setattr(row, f"{name}_es", SPANISH.get(getattr(row, name), ""))
        row.save(update_fields=[FIELD])


def untranslated() -> Iterator[tuple[models.Model, list[str]]]:
    """Yield rows with the names of those of their texts that nobody has put into Spanish.

    Not of texts that are written once: those come in both languages, from migrations.
    """
    for model in apps.get_models():
        column = next((f for f in model._meta.fields if isinstance(f, TranslationField)), None)
        if column is None or getattr(model, "append_only", False):
            continue
        for row in model._default_manager.all():
            names = [
                name
                for name in column.fields
                if getattr(row, name) and not getattr(row, f"{name}_es")
            ]
            if names:
                yield row, names
