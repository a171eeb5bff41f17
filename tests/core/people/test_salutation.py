"""Nobody is called by a title alone: "Dr. Pat Example" is no "Dr."."""

import pytest

from core.people.names import for_mail
from core.people.salutation import initials, short_name


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("Rosa Whitfield", "Rosa"),
        ("Mary Ann Whitfield", "Mary"),
        ("Dr. Pat Example", "Dr. Pat Example"),
        ("dr pat example", "dr pat example"),
        ("DR. Example", "DR. Example"),
        ("Mrs Example", "Mrs Example"),
        ("Rev. Dr. Pat Example", "Rev. Dr. Pat Example"),
        ("Señora Ruiz", "Señora Ruiz"),
        ("J. R. Smith", "J. R. Smith"),
        ("J.R. Smith", "J.R. Smith"),
        ("Teller", "Teller"),
        ("李小龙", "李小龙"),
        ("Dr.", "Dr."),
        ("Example, Pat", "Pat"),
        ("Example, Dr. Pat", "Dr. Pat"),
        ("Pat Example, MD", "Pat"),
        ("Teller, Jr.", "Teller"),
        ("  Rosa   Whitfield ", "Rosa"),
        ("", ""),
    ],
)
def test_somebody_is_called_by_the_first_name_or_in_full(typed, called):
    assert short_name(typed) == called


@pytest.mark.parametrize(
    ("first", "last", "called"),
    [
        ("Grace", "Whitfield", "Grace"),
        ("Mary Ann", "Whitfield", "Mary Ann"),
        ("Dr.", "Example", "Dr. Example"),
        ("Dr. Pat", "Example", "Dr. Pat"),
        ("J.", "Smith", "J. Smith"),
        ("Teller", "", "Teller"),
    ],
)
def test_a_first_name_of_its_own_is_taken_whole(first, last, called):
    assert short_name(first, last) == called


def test_a_mail_greets_nobody_by_a_sentence_and_nobody_by_a_title():
    assert for_mail("You have won a great many things") == "You"
    assert for_mail("Dr. Pat of the Example Family Practice") == "Dr. Pat"


def test_initials_leave_titles_out():
    assert initials("Dr. Anna Berg") == "AB"
    assert initials("Anna Berg") == "AB"
    assert initials("Teller") == "T"
    assert initials("Dr.") == "D"
    assert initials("") == ""
