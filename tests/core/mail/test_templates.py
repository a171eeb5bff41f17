"""Every e-mail of the project, rendered and read as its receiver gets it."""

import html
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from fnmatch import fnmatch

import pytest
from django.conf import settings
from django.utils import translation

from core.mail import message
from core.mail.message import build
from devstack.mail_examples import EXAMPLES
from devstack.management.commands.makemessages import STAFF_MAILS
from tests.core.mail.factories import make_email

FOLDER = settings.BASE_DIR / "templates" / "mail"
TEMPLATES = sorted({p.stem for p in FOLDER.iterdir() if not p.name.startswith("_")})

# PRIVACY 1: no drug, diagnosis, treatment, specialty or reason, and no word that gives one away.
TELLING = re.compile(
    r"addict|alcohol|drink|drunk|sober|sobriet|recover|relaps|rehab|detox|withdraw|crav|overdos|"
    r"opioid|opiate|opium|heroin|fentanyl|oxycod|hydrocod|morphin|codein|tramadol|cocain|\bmeth|"
    r"amphetamin|cannabis|marijuana|benzo|\bdrugs?\b|substance|\bmisuse|\babuse|dependen[ct]|"
    r"buprenorphin|suboxon|subutex|sublocad|zubsolv|naloxon|narcan|naltrexon|vivitrol|methadon|"
    r"acampros|disulfir|antabus|lofexidin|clonidin|gabapentin|topiramat|"
    r"\bM[AO]U?D\b|\b[OA]UD\b|\bMAT\b|\bSUD\b|medicat|medicin|prescri|pharmac|\bdos(e|age|ing)\b|"
    r"\bpills?\b|\brefill|urine|\btox|\bscreening|\blabs?\b|"
    r"diagnos|disorder|disease|symptom|illness|condition|therap|counsel|psych|mental|behavio|"
    r"treat|\bcare\b|clinic|patient|doctor|physician|nurs|provider|health|medical|hospital|"
    r"\breason|depress|anxi|suicid|crisis|hepatitis|\bHIV\b|\bpregnan|curednation|telehealth",
    re.IGNORECASE,
)

# The same in Spanish.
TELLING_IN_SPANISH = re.compile(
    r"adicc|alcoh|\bbeb(e|er|ida)|sobri[aeo]|recupera|reca[ií]d|desintox|abstinen|sobredosis|"
    r"opi[aáoó]|hero[ií]n|fentan|coca[ií]n|metad|\bdrogas?\b|sustancia|consum|buprenor|suboxon|"
    r"sublocad|naloxon|naltrexon|vivitrol|medic|m[eé]dic|\breceta|farmac|\bdosis|pastilla|orina|"
    r"an[aá]lisis|diagn[oó]s|trastorno|enferm|s[ií]ntoma|terap|consejer|psi[cq]|salud|tratamiento|"
    r"cl[ií]nic|pacien|doctor|hospital|profesional|motivo|depres|ansied|suicid|crisis|embaraz|"
    r"curednation",
    re.IGNORECASE,
)


sent: dict[str, bytes] = {}  # each is rendered once


@pytest.fixture(params=TEMPLATES)
def mail(request) -> EmailMessage:
    """The bytes that go out, as a mail program parses them."""
    name = request.param
    assert name in EXAMPLES, f"add an example of {name} to devstack/mail_examples.py"
    if name not in sent:
        request.getfixturevalue("practice")
        sent[name] = build(make_email(name, **EXAMPLES[name])).message().as_bytes()
    return message_from_bytes(sent[name], policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    return _body(mail, "plain")


def html_of(mail: EmailMessage) -> str:
    return _body(mail, "html")


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body([kind])
    assert part is not None
    return part.get_content()


def test_every_template_comes_as_text_and_html():
    files = {p.name for p in FOLDER.iterdir() if not p.name.startswith("_")}
    assert files == {f"{name}.{kind}" for name in TEMPLATES for kind in ("txt", "html")}


def test_every_example_has_a_template():
    assert set(EXAMPLES) == set(TEMPLATES)


@pytest.mark.parametrize("word", ["Suboxone", "your treatment", "recovery", "OUD", "clinic"])
def test_the_list_of_telling_words_knows(word):
    assert TELLING.search(word)


def test_a_mail_says_nothing_about_what_it_is_for(mail):
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
    visible = re.sub(r"<style>.*?</style>|<[^>]*>", " ", html_of(mail), flags=re.DOTALL)
    for part in (headers, text_of(mail), html.unescape(visible)):
        assert not (found := TELLING.search(part)), f"{found and found[0]!r} in {part}"


def test_a_mail_in_spanish_says_no_more_is_all_spanish_and_calls_to_the_same_page(practice):
    wrong = []
    for name, context in EXAMPLES.items():
        if any(fnmatch(f"{name}.html", pattern) for pattern in STAFF_MAILS):
            continue  # they work in the default language
        english, spanish = (words_in(language, name, context) for language in ("en", "es"))
        wrong += [f"{name} says {found[0]}" for found in TELLING_IN_SPANISH.finditer(spanish)]
        left = set(english.splitlines()) & set(spanish.splitlines())
        wrong += [f"{name}: {line} is English" for line in left if SENTENCE.match(line)]
        assert set(re.findall(r"https\S+", english)) == set(re.findall(r"https\S+", spanish))
    assert wrong == []


SENTENCE = re.compile(r"(?!CN Office|https|\d).*[a-z]{4}")  # no name, address or time


def words_in(language: str, name: str, context: dict) -> str:
    """Return all that the receiver of a mail reads, a piece a line."""
    with translation.override(language):
        mail = message.render(name, context)
    seen = re.sub(r"<style>.*?</style>|<[^>]*>", "\n", mail.html, flags=re.DOTALL)
    lines = f"{mail.subject}\n{mail.text}\n{html.unescape(seen)}".splitlines()
    return "\n".join(line.strip() for line in lines)


def test_a_subject_is_one_short_line(mail):
    assert 5 <= len(mail["Subject"]) <= 78
    assert mail["Subject"] == " ".join(mail["Subject"].split())


def test_a_mail_has_at_most_one_link_and_the_phone(mail):
    for body in (text_of(mail), html_of(mail)):
        links = set(re.findall(r"https?://[^\s\"'<>]+", body))
        assert len(links) <= 1
        assert all(link.startswith("https://visits.example.org/") for link in links)
    others = re.findall(r"href=\"(?!https:)([^\"]*)\"", html_of(mail))
    assert set(others) <= {"tel:+16155550142"}
    assert "(615) 555-0142" in text_of(mail)


def test_a_mail_fetches_nothing(mail):
    for fetched in (
        "<img",
        "src=",
        "url(",
        "@import",
        "<link",
        "<script",
        "<iframe",
        "background=",
    ):
        assert fetched not in html_of(mail).lower()


def test_styles_stand_in_attributes_and_dark_mode_in_the_head(mail):
    source = html_of(mail)
    assert 'style="' in source.partition("<h1")[2].partition(">")[0]
    assert source.count("<style") == 1
    head = source.partition("<style")[2].partition("</style>")[0]
    assert "prefers-color-scheme: dark" in head
    assert "max-width: 480px" in head
    assert "Georgia" not in head


def test_the_text_part_reads_well_without_html(mail):
    text = text_of(mail)
    assert not re.search(r"&[a-z]+;|&#|<[a-z/]|{[{%]", text)
    assert all(len(line) <= 78 or "https://" in line for line in text.splitlines())
    assert "\n\n\n" not in text
    assert text.rstrip().endswith("Questions? Call (615) 555-0142.")


def test_every_byte_is_ascii_and_every_line_short(mail):
    raw = mail.as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) < 998


def test_the_preheader_comes_first_and_is_not_seen(mail):
    body = html_of(mail).partition("<body")[2]
    first = body.partition("<div")[2].partition("</div>")[0]
    assert "display: none" in first
    assert first.partition(">")[2].strip()
