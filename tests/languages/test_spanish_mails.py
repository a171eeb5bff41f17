"""PRIVACY 1 in Spanish: no word of a mail says what a visit is for, or gives it away."""

import re
from fnmatch import fnmatch

import pytest

from devstack.management.commands.makemessages import STAFF_MAILS
from tests.languages.test_catalogs import entries, said

TELLING = re.compile(
    r"adicc|adict|alcoh[oó]l|\bbeb(e|er|a|en)\b|sobri|recuper|reca[ií]da|rehab|desintox|abstinen|"
    r"sobredosis|opioid|opi[aá]ce|hero[ií]na|fentan|coca[ií]na|metanf|benzod|\bdrogas?\b|sustancia|"
    r"consum|\babus|dependenc|buprenorf|suboxon|sublocad|nalox|narcan|naltrex|vivitrol|metadon|"
    r"acampros|medic|receta|farmac|\bdosis|pastilla|tableta|inyecci|orina|an[aá]lisis|diagn[oó]s|"
    r"trastorn|enferm|s[ií]ntoma|terap|consej|psic|psiq|mental|tratamiento|\batenci[oó]n|cl[ií]nic|"
    r"paciente|doctor|profesional|\bsalud|hospital|motivo|raz[oó]n|depres|ansied|suicid|crisis|"
    r"hepatitis|\bVIH\b|embaraz|telesalud|curednation",
    re.IGNORECASE,
)


def words_of_mails() -> list[str]:
    found = []
    for entry in entries("es"):
        places = [place for place, _line in entry.occurrences if "templates/mail/" in place]
        names = [place.rpartition("/")[2] for place in places]
        if any(not any(fnmatch(name, staff) for staff in STAFF_MAILS) for name in names):
            found += said(entry)
    return found


def test_a_spanish_mail_says_nothing_about_what_it_is_for():
    words = words_of_mails()
    assert len(words) > 80
    assert [text for text in words if TELLING.search(text)] == []


@pytest.mark.parametrize("word", ["Suboxone", "su tratamiento", "recuperación", "la clínica"])
def test_the_list_of_telling_words_knows(word):
    assert TELLING.search(word)
