"""The pages of the site that are no articles, so that a search finds them, too.

Named by their routes: this module imports no app. An app that has more pages registers them when
Django starts, or registers who finds them, where they are rows of a table.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class SitePage:
    """`words` are what people type who want it: words, or several in a row, parted by commas.

    In both languages: many type English words into the Spanish site, and the other way round.
    """

    route: str
    title: Any
    about: Any
    words: str = ""
    address: str = ""  # instead of the route, of a page among many

    @property
    def path(self) -> str:
        """Return where it is, in the language that is active."""
        return self.address or reverse(self.route)


# What finds pages that are rows of a table: given the stems of the words, all of them telling.
Finder = Callable[[list[str]], Iterable[SitePage]]


PAGES = [
    SitePage(
        "appointments:choose_state",
        _("Book a visit"),
        _("Choose a time with a provider. It takes about two minutes."),
        "book, booking, therapist, counselor, doctor, appointment, visit, schedule, scheduling, "
        "open times, availability, available, consultation, see a doctor, talk to a doctor, "
        "get help, get started, start treatment, sign up for treatment, make an appointment, "
        "new patient, video visit, telehealth, waitlist, waiting list, cita, hacer una cita, "
        "pedir cita, agendar, reservar, consulta, doctor, medico, terapeuta, empezar tratamiento, "
        "necesito ayuda, turno, lista de espera",
    ),
    SitePage(
        "appointments:lost_link",
        _("Find, move or cancel your visit"),
        _("We send the links to your visits to your e-mail address."),
        "cancel, cancel appointment, cancel visit, reschedule, change appointment, move visit, "
        "my appointment, my visit, lost link, lost email, confirmation, when is my appointment, "
        "join visit, log in, login, sign in, my account, cancelar, cancelar cita, cancelar "
        "consulta, cambiar cita, mover cita, mi cita, mi consulta, perdi el enlace, enlace, "
        "entrar, iniciar sesion, mi cuenta",
    ),
    SitePage(
        "pages:prices",
        _("Prices and insurance"),
        _("What a visit costs, which insurance we take, and your right to an estimate."),
        "price, prices, pricing, cost, costs, fee, fees, insurance, insured, medicaid, medicare, "
        "pay, payment, self pay, cash, copay, how much, how much is it, afford, cheap, charge, "
        "bill, good faith estimate, plans, coverage, covered, without insurance, credit card, "
        "precio, precios, costo, costos, coste, cuanto, cuanto cuesta, cuesta, cuanto es, seguro, "
        "seguros, seguro medico, aseguranza, sin seguro, pagar, pago, tarifa, tarjeta, efectivo, "
        "factura, planes",
    ),
    SitePage(
        "pages:providers",
        _("Our providers"),
        _("Who they are, where they are licensed, and which languages they speak."),
        "provider, providers, doctor, doctors, clinician, clinicians, therapist, counselor, "
        "nurse practitioner, team, staff, who will i see, who will i talk to, spanish, speaks "
        "spanish, doctora, doctores, medico, medica, medicos, terapeuta, enfermera, profesional, "
        "profesionales, equipo, quien me atiende, con quien hablo, habla espanol",
    ),
    SitePage(
        "pages:states",
        _("Where we see people"),
        _("The states in which somebody here is licensed, and who can help in all others."),
        "state, states, my state, licensed in, which states, do you treat in, available in, "
        "near me, another state, travel, estado, estados, mi estado, en que estados, atienden en, "
        "otro estado, cerca de mi, viaje",
    ),
    SitePage(
        "pages:contact",
        _("Contact"),
        _("Phone, hours, e-mail and address, and what to do in an emergency."),
        "contact, phone, phone number, telephone, call you, hours, opening hours, address, "
        "location, where are you, directions, email, e-mail, message, talk to someone, "
        "talk to a person, speak to someone, human, complaint, fax, emergency, crisis, hotline, "
        "contacto, telefono, llamar, horario, direccion, donde estan, correo, mensaje, "
        "hablar con alguien, queja, emergencia",
    ),
    SitePage(
        "pages:about",
        _("About us"),
        _("Who we are, how we work, and who stands behind the articles."),
        "about, about us, who are you, who we are, team, staff, doctor, doctors, provider, "
        "providers, clinician, clinicians, therapist, license, licensed, certified, mission, "
        "company, clinic, reviews, testimonials, legit, is this real, quienes son, sobre "
        "nosotros, equipo, clinica, licencia, opiniones, es real",
    ),
    SitePage(
        "newsletter:home",
        _("Newsletter"),
        _("Subscribe, read past issues, or leave at any time."),
        "newsletter, subscribe, subscription, unsubscribe, mailing list, email list, past issues, "
        "updates, news, boletin, suscribirse, suscripcion, cancelar suscripcion, darse de baja",
    ),
    SitePage(
        "pages:home",
        _("Home page"),
        _("What we treat, and how a visit works."),
        "home, home page, homepage, main page, front page, what do you treat, services, inicio, "
        "pagina principal, que tratan, servicios",
    ),
]
MOST_FOUND = 4
# Words that say nothing about where somebody wants to go.
STOP_WORDS = frozenset(
    """
    a about accept am an and any are at can could do does for from have how i if in is it its
    me much my of on or our please take that the there this to treat u us want we what when
    where which will with would you your
    acepta aceptan al atienden como con cual cuando de del donde el en es esta este la las lo
    los mi mis para por puedo que quiero se si su sus tengo tienen un una y yo
    """.split()  # noqa: SIM905  (two hundred quotes would hide them)
)
_more: list[SitePage] = []
_finders: list[Finder] = []


def register(*pages: SitePage) -> None:
    """Let these be found, too. Called when Django starts; registering again changes nothing."""
    known = {page.route for page in _more}
    _more.extend(page for page in pages if page.route not in known)


def register_finder(finder: Finder) -> None:
    """Let `finder` say which rows of a table the words ask for. Called when Django starts."""
    if finder not in _finders:
        _finders.append(finder)


def find_pages(typed: Iterable[str]) -> list[SitePage]:
    """Return the pages that these words ask for, best first, at most MOST_FOUND.

    More than half of the words have to be a page's own: who asks for "privacy of naltrexone
    records" wants an article. A row of words counts as one, so "cancel appointment" is about a
    visit that somebody has. What finders find follows.
    """
    words = telling_stems(typed)
    if not words:
        return []
    ranked = [(_fits(words, page), -place, page) for place, page in enumerate([*PAGES, *_more])]
    best = sorted((row for row in ranked if row[0]), key=lambda row: row[:2], reverse=True)
    found = [page for fits, _place, page in best if fits == best[0][0]]
    rows = [page for finder in _finders for page in finder(words)]
    room = MOST_FOUND - min(len(rows), MOST_FOUND // 2)
    return [*found[:room], *rows][:MOST_FOUND]


def _fits(words: list[str], page: SitePage) -> int:
    """How many of the words are the page's; 0 for half of them or fewer."""
    mine: set[int] = set()
    for row in _rows(page.words):
        for start in range(len(words) - len(row) + 1):
            if words[start : start + len(row)] == row:
                mine.update(range(start, start + len(row)))
    return len(mine) if 2 * len(mine) > len(words) else 0


@lru_cache(maxsize=256)
def _rows(names: str) -> list[list[str]]:
    return [telling_stems(name.replace("-", " ").split()) for name in names.split(",")]


def telling_stems(words: Iterable[str]) -> list[str]:
    """Return their stems, folded, without the words that say little.

    With them where there are no others.
    """
    given = [_folded(word.replace("'", "").replace("’", "")) for word in words]
    return [_stem(word) for word in given if word not in STOP_WORDS] or [
        _stem(word) for word in given
    ]


def _folded(word: str) -> str:
    """In small letters, without accents: "cuánto" is typed both ways."""
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _stem(word: str) -> str:
    """Without the endings of both languages that change nothing here."""
    for ending in ("ing", "ments", "ment", "es", "s", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
