"""Which pages of text the site has, and what people type who look for one."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LANGUAGES = [("en", "English"), ("es", "Español")]
FIRST_LANGUAGE = "en"
CARE, LEGAL = "care", "legal"


@dataclass(frozen=True)
class Entry:
    """A page, by its address. `words` are for `core.site_pages`, in both languages."""

    slug: str
    group: str
    name: Any
    about: Any
    words: str

    @property
    def route(self) -> str:
        """Return the name of its address."""
        return f"pages:{self.slug.replace('-', '_')}"


ENTRIES = [
    Entry(
        "how-it-works",
        CARE,
        _("How it works"),
        _("From the first click to your medicine, step by step."),
        "how it works, how does it work, how this works, how care works, what happens, steps, "
        "first visit, first appointment, process, what to expect, join, video, camera, phone call, "
        "what do i need, como funciona, primera visita, primera cita, pasos, que pasa, como es",
    ),
    Entry(
        "faq",
        CARE,
        _("Questions and answers"),
        _("What people ask before they book."),
        "faq, faqs, questions, frequently asked questions, answers, help, preguntas, "
        "preguntas frecuentes, respuestas, dudas",
    ),
    Entry(
        "medicine-and-pharmacy",
        CARE,
        _("Medicine and pharmacy"),
        _("How medicine reaches you, refills, and what cannot be prescribed online."),
        "pharmacy, pharmacies, prescription, prescriptions, prescribe, refill, refills, "
        "controlled, controlled substance, controlled medicine, medicine by mail, delivery, "
        "run out of medicine, ran out, lost medicine, out of stock, pick up, xanax, adderall, "
        "benzos, methadone, what can you prescribe, farmacia, farmacias, receta, recetas, recetar, "
        "resurtido, medicina controlada, se me acabo, renovar receta",
    ),
    Entry(
        "late-or-cancel",
        CARE,
        _("Late, or cannot come"),
        _("What happens when you are late, move or cancel a visit, or miss one."),
        "cancel, cancellation, cancellation policy, cancel fee, cancellation fee, late, running "
        "late, late for my visit, missed, missed visit, missed appointment, no show, no-show, fee, "
        "reschedule, move visit, forgot, cancelar, cancelacion, tarde, llego tarde, falte, "
        "cambiar cita, cargo por cancelar, no puedo ir",
    ),
    Entry(
        "minors",
        CARE,
        _("Under 18"),
        _("Whom we can see, and where a young person finds help."),
        "minor, minors, teen, teens, teenager, adolescent, child, children, kid, kids, my child, "
        "my kid, my son, my daughter, under 18, age, minimum age, how old, parent, parents, menor, "
        "menores, edad, adolescente, hijo, hija, mi hijo, mi hija, menor de edad, padres",
    ),
    Entry(
        "pregnancy",
        CARE,
        _("Pregnant, or nursing"),
        _("Treatment in pregnancy is safer than stopping alone."),
        "pregnant, pregnancy, expecting, baby, nursing, breastfeeding, breastfeed, embarazo, "
        "embarazada, bebe, lactancia, amamantar, dar pecho",
    ),
    Entry(
        "letters",
        CARE,
        _("Letters for court or work"),
        _("What we can write for you, how long it takes, and who gets it."),
        "letter, letters, court, court letter, probation, parole, judge, lawyer letter, custody, "
        "work note, doctors note, sick note, fmla, school note, proof of treatment, attendance "
        "letter, dot, carta, cartas, corte, tribunal, juez, libertad condicional, justificante, "
        "constancia, nota del medico, custodia",
    ),
    Entry(
        "privacy",
        LEGAL,
        _("Privacy"),
        _("What we keep, who can see it, and what we never do."),
        "privacy, privacy policy, private, is it private, confidential, confidentiality, "
        "anonymous, anonymously, secret, secrecy, discreet, hipaa, data, my data, delete my data, "
        "delete account, cookies, tracking, who can see, who finds out, who will know, will my "
        "boss know, employer, job, my records, part 2, privacidad, privado, confidencial, "
        "secreto, anonimo, mis datos, quien se entera, quien lo sabra, mi jefe, mi trabajo, es "
        "privado",
    ),
    Entry(
        "notice-of-privacy-practices",
        LEGAL,
        _("Notice of privacy practices"),
        _("How health information about you may be used and shared, and your rights."),
        "notice of privacy practices, npp, hipaa notice, hipaa, medical records, my records, copy "
        "of my record, part 2, aviso de practicas de privacidad, expediente, mi expediente",
    ),
    Entry(
        "good-faith-estimate",
        LEGAL,
        _("Good-faith estimate"),
        _("Your right to know ahead what care will cost."),
        "good faith estimate, estimate, surprise bill, surprise billing, no surprises act, billing "
        "dispute, bill, estimado, estimado de buena fe, factura sorpresa, factura",
    ),
    Entry(
        "nondiscrimination",
        LEGAL,
        _("Nondiscrimination and language help"),
        _("Everybody is treated alike. Interpreters and aids are free."),
        "discrimination, nondiscrimination, section 1557, interpreter, translator, translation, "
        "language, language help, languages, sign language, asl, deaf, hard of hearing, "
        "discriminacion, interprete, traductor, traduccion, idioma, idiomas, ayuda con el idioma, "
        "lengua de senas",
    ),
    Entry(
        "accessibility",
        LEGAL,
        _("Accessibility"),
        _("How this site and our visits work for everybody, and whom to tell when they do not."),
        "accessibility, accessible, screen reader, disability, disabled, blind, large text, wcag, "
        "ada, captions, accesibilidad, discapacidad, lector de pantalla, ciego, sordo",
    ),
    Entry(
        "terms",
        LEGAL,
        _("Terms of use"),
        _("What this site is for, and what it is not."),
        "terms, terms of use, terms of service, terms and conditions, conditions, legal, "
        "terminos, terminos de uso, condiciones, legal",
    ),
]
BY_SLUG = {entry.slug: entry for entry in ENTRIES}
