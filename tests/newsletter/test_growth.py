"""How the list grows, week by week, against numbers that were counted by hand."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.urls import reverse

from core.practice.models import Practice
from newsletter.models import Consent
from newsletter.subscription import list_stats
from tests.appointments.staff_clients import signed_in
from tests.factories import at
from tests.newsletter.factories import make_consent_text, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False
    Practice.objects.update_or_create(pk=1, defaults={"time_zone": "America/Chicago"})


def reader(*happened: tuple[str, str, str]) -> None:
    """Somebody to whom this happened, each on a day at a time in Chicago."""
    subscriber, text = make_subscriber(), make_consent_text()
    for kind, day, clock in happened:
        moment = at(date.fromisoformat(day), clock)
        proof = {"text": text, "asked_at": moment} if kind == "confirmed" else {}
        how = "an old list" if kind == "imported" else ""
        Consent.objects.create(subscriber=subscriber, kind=kind, at=moment, how=how, **proof)


def growth(role: str = "manager") -> list[list[str]]:
    asked = {"first": "2026-10-19", "last": "2026-11-08", "csv": "newsletter-growth"}
    answer = signed_in(role).get(reverse("admin:figures_newsletter"), asked)
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.content.decode())))[1:-2]


def make_readers() -> None:
    # Sunday, late, before the clocks go back and after: Monday in UTC both times.
    reader(("confirmed", "2026-10-25", "23:30"))
    reader(("confirmed", "2026-10-20", "09:00"), ("left", "2026-11-01", "23:30"))
    # Left and came back in one week: both count.
    reader(("confirmed", "2026-01-05", "09:00"), ("left", "2026-10-27", "09:00"),
           ("returned", "2026-10-28", "09:00"))  # fmt: skip
    # Was on the list, and confirmed once more; was imported, and confirmed.
    reader(("confirmed", "2026-01-05", "09:00"), ("confirmed", "2026-11-03", "09:00"))
    reader(("imported", "2026-10-20", "09:00"), ("confirmed", "2026-11-03", "09:00"))
    # Had left a year ago, and is erased now; complains after that; and who is erased while on it.
    reader(("confirmed", "2025-01-06", "09:00"), ("left", "2025-11-03", "09:00"),
           ("erased", "2026-11-03", "09:00"))  # fmt: skip
    reader(("confirmed", "2026-10-20", "09:00"), ("bounced", "2026-11-03", "09:00"),
           ("complained", "2026-11-04", "09:00"))  # fmt: skip
    reader(("confirmed", "2026-01-05", "09:00"), ("erased", "2026-11-05", "09:00"))
    # Before and behind the period.
    reader(("confirmed", "2026-10-18", "23:59"), ("left", "2026-11-09", "00:00"))


def test_who_comes_and_goes_is_counted_once_in_the_week_of_the_practice():
    make_readers()
    assert growth() == [
        ["Oct 19, 2026", "3", "0", "3"],
        ["Oct 26, 2026", "1", "2", "-1"],
        ["Nov 2, 2026", "0", "2", "-2"],
    ]


def test_the_page_of_statistics_counts_the_same():
    make_readers()
    zone = Practice.current().zone
    first, last = at(date(2026, 11, 2), "00:00"), at(date(2026, 11, 9), "00:00")
    assert list_stats.weeks(first, last, zone) == {date(2026, 11, 2): (0, 2)}


def test_a_newsletter_editor_sees_this_page_and_no_other():
    growth("newsletter editor")
    editor = signed_in("newsletter editor")
    page = editor.get(reverse("admin:index")).text
    assert reverse("admin:figures_newsletter") in page
    assert reverse("admin:figures_visits") + '"' not in page
    assert editor.get(reverse("admin:figures_visits")).status_code == 403
    for role in ("editor", "front desk"):
        assert signed_in(role).get(reverse("admin:figures_newsletter")).status_code == 403
