"""Words of danger in Spanish, as people type them: without accents, by ear, on a phone. Pure.

Text and words are both written down as they sound, so that "kiero morir", "sovredosis" and
"me aorco" are known. What the English list knows as well ("suicide") is left to it.
"""

import re

_IDEATION = (
    r"(?:quiero|quisiera|deseo|prefiero|preferiria|voy a|ganas de|pienso en|"
    r"pensando en|necesito|intento|intente)"
)

SUICIDE = rf"""
    suicidi(?:o|os|a)\w*, suicidas?, suicid(?:ar|e me|o me|arse|arme|aria|arte|arnos|aron)\w*,
    me suicid\w*,
    {_IDEATION} (?:ya )?(?:morir\w*|matarme|estar muert[oa]|desaparecer|no (?:vivir|existir)),
    me (?:quiero|quisiera|voy a) (?:morir|matar|suicidar|ahorcar|colgar|cortar|lastimar),
    matarme, me mato, quiere (?:morir\w*|matarse|suicidarse), se (?:quiere|va a) (?:matar|morir),
    (?:quitar|quita)(?:me|rme|se|rse) (?:la vida|de en ?medio|de enmedio),
    (?:acabar|terminar) con (?:mi vida|su vida|todo|esto),
    no (?:quiero|quisiera)
    (?:ya )?(?:vivir|existir|estar aqui|despertar|seguir(?: viviendo| aqui| asi| adelante|$)),
    ya no quiero (?:nada|mas|estar),
    (?:no|sin) (?:tengo |hay |ninguna )?(?:razon|razones|motivo|motivos|ganas)
    (?:para|de) (?:vivir|seguir),
    no vale la pena (?:vivir|seguir), la vida no (?:vale|tiene sentido), no puedo (?:mas|seguir),
    (?:ya )?no aguanto(?: mas)?, (?:harto|harta|cansado|cansada) de (?:la vida|vivir|todo),
    mejor muert[oa], (?:estarian?|estan) mejor sin mi,
    ojala (?:me )?(?:muriera|muera|estuviera muert[oa]|no hubiera nacido), nunca haber nacido,
    (?:ahorcar|colgar|cortar|lastimar|disparar|envenenar)me, me (?:corto|ahorco|lastimo|cuelgo),
    hacerme dano, me hago dano, cortar(?:me)? las venas, autolesi\w*, odio mi vida,
    (?:tirar|aventar|lanzar)me (?:de|del|por), carta de despedida, sin esperanza, linea de crisis
"""
OVERDOSE = r"""
    sobre ?dosis,
    (?:me|se) (?:pase|paso) (?:de|con) (?:la |las )?(?:dosis|pastillas|droga*|heroina|fentanilo),
    (?:tome|se tomo|tomado|trague|trago|tragado|comio|ingirio|bebi|metio|meti)
    (?:\w+ )?(?:demasiad[oa]s?|todo el|toda la),
    (?:tome|tomo|tomado|trague|trago|tragado|comio|ingirio) (?:demasiadas|muchas|todas|todo)
    (?:las |los |sus |mis )?(?:pastillas?|pildoras?|tabletas?|pepas|medicinas?|medicamentos?),
    (?:demasiadas|muchas) (?:pastillas|pildoras|tabletas|pepas),
    (?:trague|trago|tragado|comio|comi|ingirio|bebio)
    (?:\w+ )?(?:\w+ )?(?:pastillas?|pildoras?|tabletas?|parches?|laminas?),
    (?:tome|tomo|tomado|trago|trague) (?:\w+ )?(?:\w+ )?(?:frasco|bote|botella) de
    (?:las )?pastillas,
    (?:tome|tomo|trago|trague|bebio|bebi) (?:\w+ )?(?:cloro|lejia|veneno|blanqueador),
    (?:trago|trague|bebio) (?:\w+ )?metadona,
    (?:labios|cara|piel|unas|dedos) (?:\w+ )?(?:azul\w*|morad\w+|gris\w*),
    (?:puso|pone|poniendo|esta|quedo) (?:azul|morad[oa]|gris), envenen\w*,
    intoxicad[oa]s?, intoxicacion, intoxico, congestion alcoholica
"""
EMERGENCY = r"""
    no (?:puedo|puede|esta|logro|logra|me deja|alcanzo a|alcanza a) respir\w*, no respir\w*,
    (?:dejo|deja|paro) de respirar, (?:me|le) (?:cuesta|falta) (?:respirar|el aire|aire),
    (?:casi|apenas|mal|dificultad para|problemas para) respir\w*, respira (?:mal|apenas|lento|raro),
    falta de aire, sin aire, (?:se|me) (?:esta|estoy|estan)? ?ahog\w*, asfixia\w*,
    no (?:se |me |lo |la |puedo )?(?:despiert\w+|despertar\w*|reacciona\w*|responde\w*),
    inconsciente, sin (?:conocimiento|sentido|pulso), perdio el conocimiento, no tiene pulso,
    (?:se |me )?desmay\w*, convulsion(?:es|a|ando|o), convulsiona\w*, le dio un ataque,
    ataque (?:al corazon|cardiaco|de epilepsia), infarto, derrame cerebral,
    (?:dolor|duele|presion) (?:de|en|el|del)? ?(?:el )?pecho, vomit\w+ (?:con )?sangre, desangra\w*,
    alucin\w*, (?:veo|ve) cosas, (?:oigo|oye|escucho) voces, delirio,
    (?:se|me) (?:esta |estoy )?(?:muriendo|muere|muero), emergencias?, ambulancias?, auxilio,
    socorro, ayuda ?(?:me|nos|lo|la|urgente|por favor), ayudenme, salv(?:a|e|en)(?:lo|la|me),
    urgencias
"""
PHRASES = {"suicide": SUICIDE, "overdose": OVERDOSE, "emergency": EMERGENCY}
# Words that are told even where a letter is wrong, and who must stand beside one of them.
MISSPELLED = {
    "suicide": ("suicidio", "suicidarme", "suicidarse"),
    "overdose": ("sobredosis", "envenenado", "envenenamiento", "intoxicado"),
    "emergency": ("inconsciente", "emergencia", "convulsiones", "ambulancia", "desmayado"),
}
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"(?<![c\\])h", ""),  # silent
        (r"qu(?=[ei])|k|c(?=[aourlnt]|\b)", "k"),
        (r"q", "k"),
        (r"z|sc(?=[ei])|c(?=[ei])|xc(?=[ei])", "s"),
        (r"(?<!\\)v", "b"),
        (r"ll", "y"),
        (r"([a-z])\1+", r"\1"),
    ]
]


def as_it_sounds(text: str) -> str:
    """Return folded text as it sounds in Spanish; a pattern stays one."""
    for pattern, sound in _SOUNDS:
        text = pattern.sub(sound, text)
    return text
