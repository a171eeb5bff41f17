"""Nine variables set all limits: those of a kind keep their proportion."""

from curednation import limits
from tests.devstack.test_unsafe_settings import PRODUCTION, load

KINDS = (
    *(limits.BOOKINGS, limits.LINKS, limits.COMMENTS),
    *(limits.CONTACT, limits.NEWSLETTER, limits.SIGN_IN, limits.PORTAL, limits.MAILS),
    *(limits.API, limits.TEXTS),
)


def test_without_a_variable_every_limit_is_as_the_table_says(monkeypatch):
    found = load(monkeypatch, **PRODUCTION)["LIMITS"]
    assert {name: rate for kind in KINDS for name, rate in kind.items()} == found


def test_the_limits_of_a_kind_grow_and_shrink_with_its_variable():
    twice = limits.in_proportion(limits.BOOKINGS, "60/day")
    assert (twice["bookings"], twice["bookings_easily"]) == ("60/day", "12/hour")
    assert (twice["holds"], twice["waitlist_in_all"]) == ("120/10minutes", "240/hour")
    half = limits.in_proportion(limits.COMMENTS, "10/day")
    assert (half["comments_easily"], half["feedback"]) == ("2/hour", "30/day")
    hourly = limits.in_proportion(limits.LINKS, "480/day")
    assert hourly == limits.LINKS | {"links": "480/day"}


def test_what_is_counted_for_one_mailbox_stays():
    twice = limits.in_proportion(limits.BOOKINGS, "60/day")
    assert twice["bookings_per_address"] == limits.BOOKINGS["bookings_per_address"]
    assert limits.in_proportion(limits.MAILS, "1200/hour")["mails_per_address"] == "6/hour"


def test_no_limit_shrinks_to_nothing():
    small = limits.in_proportion(limits.NEWSLETTER, "1/day")
    assert small["newsletter_easily"] == "1/hour"
