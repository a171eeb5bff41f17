"""Parts of a text that hold up to a day: readers see them to its end, staff hear of it before."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from pages.text_pages import expiring_parts, reading
from tests.core.staff.people import make_staff, sign_in
from tests.pages.factories import make_practice, make_text_page
from tests.pages.test_text_pages import publish, text

pytestmark = pytest.mark.django_db
WHOLE = (
    "<h2>Rules</h2><p>Lasting.</p><ul><li>Old row. {until %(day)s}</li><li>Kept row.<ul>"
    "<li>Inner row {until %(day)s}</li></ul></li></ul><ol><li>Alone {until %(day)s}</li></ol>"
    "<table><tr><td>Cell {until %(day)s}</td><td></td></tr><tr><td>Kept cell</td></tr></table>"
    "<h3>A question {until %(day)s}</h3><p>Its answer.</p><h3>The next</h3><p>Its own.</p>"
)


@pytest.fixture
def days(settings):
    make_practice()
    settings.STAFF_MFA_REQUIRED = False
    return timezone.localdate() + timedelta(days=30)


def on(day):
    return time_machine.travel(datetime.combine(day, time(23, 30), ZoneInfo("America/Chicago")))


def test_a_part_is_shown_to_the_end_of_its_day_and_never_after(client, days):
    page = make_text_page(body=WHOLE % {"day": days.isoformat()})
    gone = ["Old row", "Inner row", "Alone", "Cell", "A question", "Its answer"]
    with on(days):
        before = text(client.get("/terms/").text)
    assert all(words in before for words in gone)
    assert "until" not in before.split("Rules")[1].split("Its own")[0]
    with on(days + timedelta(days=1)):
        answer = client.get("/terms/").text
        after, spanish = text(answer), text(client.get("/es/terms/").text)
        old = text(client.get("/terms/versions/1/").text)
    assert not any(words in after for words in gone)
    assert all(words in after for words in ("Kept row", "Kept cell", "The next", "Its own"))
    assert "<ol></ol>" not in answer
    assert "is left out here" in after
    assert "Old row" not in spanish
    assert all(words in old for words in gone), "what readers saw once is shown as it was"
    assert page.online.number == 1


def test_staff_hear_of_it_weeks_before_and_until_the_text_is_renewed(client, days):
    page = make_text_page(body="<p>Old rule. {until %s}</p>" % days.isoformat())  # noqa: UP031
    make_text_page(slug="privacy", body="<p>Lasting.</p>")
    staff = sign_in(client, make_staff("manager"))
    listed = "/admin/pages/textpage/?expiring="
    told = f"a part of it is shown until {days:%B} {days.day}, {days.year}"
    assert told in " ".join(staff.get("/admin/to-do/").text.split())
    assert (
        f"holds until {days:%B} {days.day}"
        in staff.get(f"/admin/pages/textpage/{page.pk}/change/").text
    )
    assert f"/{page.pk}/change/" in staff.get(f"{listed}soon").text
    assert f"/{page.pk}/change/" not in staff.get(f"{listed}ended").text
    with on(days + timedelta(days=1)):
        staff = sign_in(client, make_staff("manager"))
        assert "readers see it no more" in staff.get("/admin/to-do/").text
        assert f"/{page.pk}/change/" in staff.get(f"{listed}ended").text
        publish(page, "<p>What holds now.</p>")
        assert "readers see it no more" not in staff.get("/admin/to-do/").text
        assert "is left out here" not in client.get("/terms/").text


@pytest.mark.parametrize("words", ["until 2026-02-30", "until soon", "Until 2026-12-31", "until"])
def test_a_mark_of_no_day_is_none(words):
    assert not expiring_parts.is_mark(words)
    assert expiring_parts.is_mark("until 2026-12-31")


@pytest.mark.parametrize(
    ("language", "rule"), [("en", "temporary federal rule"), ("es", "federal temporal")]
)
def test_the_rule_that_ends_with_the_year_is_not_shown_in_the_next(language, rule):
    """Of the text that comes along, which is in no table."""
    make_practice()
    for moment, shown in (("2026-12-31 22:00-06:00", True), ("2027-01-01 08:00-06:00", False)):
        with time_machine.travel(moment), override(language):
            found = reading.current("medicine-and-pharmacy")
            assert (rule in found.content.body) is shown
            assert "{" not in found.content.body
            assert (found.ended is None) is shown
