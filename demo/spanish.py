"""What the demo says in Spanish: each text of its clinic beside the English one.

Written where staff have left the Spanish empty; what they wrote stays.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.utils.translation import override
from modeltrans.fields import TranslationField

from appointments.scheduling.states import STATES
from demo import states

FIELD = "i18n"
SPANISH = {
    # practice
    "8 am to 8 pm Central": "8 am a 8 pm, hora central",
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
    "I sat in my truck on my lunch break and told a stranger the truth. She just nodded "
    "and said, okay, here is what we can do. (Made up for this demo.)": (
        "Me senté en mi camioneta a la hora del almuerzo y le dije la verdad a alguien que no "
        "conocía. Ella solo asintió y dijo: bueno, esto es lo que podemos hacer. (Inventado "
        "para esta demostración.)"
    ),
    "Nobody asked me why I had not come sooner. (Made up for this demo.)": (
        "Nadie me preguntó por qué no había venido antes. (Inventado para esta demostración.)"
    ),
    "Moving a visit takes me ten seconds. That is the reason I never missed one. (Made up "
    "for this demo.)": (
        "Cambiar una cita me toma diez segundos. Por eso nunca he faltado a ninguna. "
        "(Inventado para esta demostración.)"
    ),
    "My wife sat beside me, off camera, and held my hand. I did not have to be brave "
    "alone. (Made up for this demo.)": (
        "Mi esposa se sentó a mi lado, fuera de la cámara, y me tomó la mano. No tuve que ser "
        "valiente a solas. (Inventado para esta demostración.)"
    ),
    "They wrote down what we agreed in words I could read to my mother. (Made up for this demo.)": (
        "Escribieron lo que acordamos con palabras que podía leerle a mi mamá. (Inventado "
        "para esta demostración.)"
    ),
    "I went back to using in March. I wrote to them the same night, and there was a visit "
    "the next day. (Made up for this demo.)": (
        "Volví a consumir en marzo. Les escribí esa misma noche, y al día siguiente hubo una "
        "cita. (Inventado para esta demostración.)"
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
    # providers, in their own words
    "I grew up in a town with one clinic and a long drive to it. That is why I see people "
    "by video now.\n\n"
    "We begin with what you want to change. I will tell you what a medicine can do and "
    "what it cannot, and then you decide.": (
        "Crecí en un pueblo con una sola clínica y un largo camino hasta ella. Por eso ahora "
        "atiendo por video.\n\n"
        "Empezamos por lo que usted quiere cambiar. Le diré lo que un medicamento puede hacer "
        "y lo que no, y entonces usted decide."
    ),
    "I trained in internal medicine and then in addiction medicine, because the patients "
    "I learned most from were the ones other doctors were short with.\n\n"
    "Ask me anything twice. A plan that you do not understand is not a plan.": (
        "Me formé en medicina interna y después en medicina de la adicción, porque los "
        "pacientes de quienes más aprendí eran aquellos con quienes otros médicos tenían poca "
        "paciencia.\n\n"
        "Pregúnteme todo dos veces. Un plan que usted no entiende no es un plan."
    ),
    "For twelve years I met people on the worst night of their lives. I wanted to meet "
    "them before it, and after.\n\n"
    "We can talk in English or in Spanish, and change in the middle of a sentence.": (
        "Durante doce años conocí a las personas en la peor noche de su vida. Quería "
        "conocerlas antes, y después.\n\n"
        "Podemos hablar en inglés o en español, y cambiar a la mitad de una frase."
    ),
    "I am a counselor. I do not prescribe; I listen, and I help you practice what to do "
    "at ten in the evening when it is hard.\n\n"
    "Bring somebody you trust, if you like. Families need a place to talk, too.": (
        "Soy consejero. No receto; escucho, y le ayudo a practicar qué hacer a las diez de la "
        "noche, cuando es difícil.\n\n"
        "Traiga a alguien de confianza, si quiere. Las familias también necesitan un lugar "
        "para hablar."
    ),
    "I am a family doctor. Sleep, pain, blood pressure and worry all belong to this, so "
    "we look at them as well.\n\n"
    "I speak Tamil with my parents and with anyone who would rather.": (
        "Soy médica de familia. El sueño, el dolor, la presión arterial y las preocupaciones "
        "son parte de esto, así que también los vemos.\n\n"
        "Hablo tamil con mis padres y con quien lo prefiera."
    ),
    "I am a social worker. A good week is one where one thing went a little better, and "
    "we write that down.\n\n"
    "No question is too small, and nothing you tell me will make me think less of you.": (
        "Soy trabajadora social. Una buena semana es aquella en la que una cosa salió un poco "
        "mejor, y la anotamos.\n\n"
        "Ninguna pregunta es demasiado pequeña, y nada de lo que me diga hará que le tenga "
        "menos estima."
    ),
    "I was a paramedic before I was a nurse practitioner. There is little I have not seen "
    "and nothing you need to hide.\n\n"
    "My first appointments are at seven, for people who work.": (
        "Fui paramédico antes de ser enfermero especializado. Hay poco que no haya visto, y "
        "nada que usted tenga que esconder.\n\n"
        "Mis primeras citas son a las siete, para quienes trabajan."
    ),
    "I have been a doctor for thirty years. The people I like to see most are those who "
    "have tried before.\n\n"
    "Trying before is not failing. It tells us what to do differently.": (
        "Soy médica desde hace treinta años. A quienes más me gusta atender es a quienes ya "
        "lo han intentado antes.\n\n"
        "Haberlo intentado no es fracasar. Nos dice qué hacer de otra manera."
    ),
    # states and insurance
    "not for counseling": "no para consejería",
    "PPO plans only": "solo planes PPO",
    states.SOURCE: "Telehealth.HHS.gov: recetar sustancias controladas por telesalud (en inglés)",
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
OF_A_STATE = (
    "Un profesional con licencia en {state} puede hablar con usted por video o por teléfono, "
    "preguntarle cómo está y enviar una receta a una farmacia cerca de usted.\n\n"
    "La naltrexona y el acamprosato no son medicamentos controlados. Se pueden recetar después de "
    "una cita por video. La buprenorfina es un medicamento controlado: las reglas federales dicen "
    "cuándo se puede empezar por video o por teléfono, y su profesional mira antes el registro de "
    "recetas del estado.\n\n"
    "Algunas cosas necesitan un lugar: un examen físico, una inyección, un análisis de sangre. Su "
    "profesional le dice adónde ir cerca de usted. Las reglas cambian: su profesional le dice "
    "cuáles valen el día de su cita."
)


def write_spanish() -> None:
    """Write the Spanish of every short text of the demo that has none."""
    known = SPANISH | _of_states()
    for row, names in untranslated():
        for name in names:
            setattr(row, f"{name}_es", known.get(getattr(row, name), ""))
        row.save(update_fields=[FIELD])


def _of_states() -> dict[str, str]:
    with override("es"):
        return {
            states.TEXT.format(state=state.english): OF_A_STATE.format(state=state.name)
            for state in STATES.values()
        }


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
