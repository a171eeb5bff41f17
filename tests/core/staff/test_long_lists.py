"""A list of a million rows is shown like one of ten: counted, sorted and chosen from in bounds."""

import html
import re
from datetime import datetime
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client

from core.database import word_search
from core.mail.models import OutgoingEmail
from core.practice.models import Practice
from core.staff import long_lists
from core.staff.models import AuditEvent
from tests.core.mail.factories import make_email
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.factories import make_subscriber

pytestmark = pytest.mark.django_db
READERS, MAILS, TRAIL = (
    f"/admin/{name}/"
    for name in ("newsletter/subscriber", "mail/outgoingemail", "staff/auditevent")
)


@pytest.fixture
def manager(client) -> Client:
    return sign_in(client, make_staff("manager"))


@pytest.fixture
def _long_from_three(monkeypatch) -> None:
    monkeypatch.setattr(long_lists, "MOST", 2)
    monkeypatch.setattr(long_lists, "FEW", 1)


def write(*subjects: str) -> None:
    for subject in subjects:
        OutgoingEmail.objects.filter(pk=make_email().pk).update(subject=subject)


def shown(answer) -> list[str]:
    return [row.subject for row in answer.context["cl"].result_list]


def column(name: str) -> int:
    """The number by which the list of mails is sorted by it."""
    listed = admin.site.get_model_admin(OutgoingEmail).list_display
    return list(listed).index(name) + 1  # behind the boxes


@pytest.mark.usefixtures("_long_from_three")
def test_a_list_is_counted_up_to_a_bound_and_says_that_there_are_more(
    manager, django_assert_max_num_queries
):
    for _ in range(5):
        make_subscriber()
    with django_assert_max_num_queries(20) as queries:
        answer = manager.get(READERS)
    assert answer.context["cl"].result_count == 2
    assert "more than 2 subscribers" in answer.text
    counts = [q["sql"] for q in queries if "COUNT(" in q["sql"] and "subscriber" in q["sql"]]
    assert counts
    assert all("LIMIT 3" in sql for sql in counts), "no more rows are read than are told"


@pytest.mark.usefixtures("_long_from_three")
def test_a_list_that_is_just_as_long_as_the_bound_is_told_as_it_is(manager):
    for _ in range(2):
        make_subscriber()
    page = manager.get(READERS).text
    assert "2 subscribers" in page
    assert "more than" not in page


@pytest.mark.usefixtures("_long_from_three")
def test_what_a_search_finds_is_counted_up_to_a_bound_of_its_own(manager, monkeypatch):
    monkeypatch.setattr(word_search, "MOST_FOUND", 1)
    for name in ("anna", "annabel"):
        make_subscriber(email=f"{name}@example.org")
    assert "more than 1 subscribers" in manager.get(READERS, {"q": "anna"}).text
    assert "more than" not in manager.get(READERS, {"q": "annabel"}).text


def test_the_pages_of_a_list_go_on_where_the_one_before_ended(manager, monkeypatch):
    monkeypatch.setattr(admin.site.get_model_admin(OutgoingEmail), "list_per_page", 2)
    monkeypatch.setattr(long_lists, "FAR", 2)
    write("a", "b", "c", "d", "e")
    pages = [shown(manager.get(MAILS, {"p": number})) for number in (1, 2, 3)]
    assert pages == [["e", "d"], ["c", "b"], ["a"]]


def test_no_list_of_the_admin_counts_its_rows_or_its_filters_to_the_end():
    for model_admin in admin.site._registry.values():
        assert model_admin.paginator is long_lists.LongListPaginator, model_admin
        assert model_admin.show_full_result_count is False, model_admin
        assert model_admin.show_facets == admin.ShowFacets.NEVER, model_admin


@pytest.mark.usefixtures("_long_from_three")
def test_a_long_list_is_sorted_by_what_has_an_index_and_otherwise_says_why_not(manager):
    write("b", "c", "a")
    refused = manager.get(MAILS, {"o": f"{column('subject')}"})
    assert shown(refused) == ["a", "c", "b"], "newest first, as ever"
    assert "too many to sort them by this" in refused.text
    sorted_ = manager.get(MAILS, {"o": f"{column('written')}"})
    assert shown(sorted_) == ["b", "c", "a"]
    assert "too many" not in sorted_.text


@pytest.mark.usefixtures("_long_from_three")
def test_a_long_list_is_sorted_by_any_column_once_a_search_has_made_it_short(manager):
    write("b plan", "c", "a plan")
    found = manager.get(MAILS, {"o": f"{column('subject')}", "q": "plan"})
    assert shown(found) == ["a plan", "b plan"]


@pytest.mark.usefixtures("_long_from_three")
def test_all_of_a_long_list_cannot_be_chosen_for_an_action(manager):
    write("a", "b", "c")
    one = OutgoingEmail.objects.latest("pk").pk
    OutgoingEmail.objects.update(status="failed", due_at=None, last_error="550")
    page = manager.get(MAILS)
    assert 'class="question' not in page.text
    data = {"action": "send_again", "_selected_action": [one], "index": "0"}
    refused = manager.post(MAILS, data | {"select_across": "1"}, follow=True)
    assert "too many to choose all" in refused.text
    assert OutgoingEmail.objects.failed().count() == 3
    manager.post(MAILS, data | {"select_across": "0"})
    assert OutgoingEmail.objects.failed().count() == 2


def test_a_filter_offers_each_value_that_there_is(manager):
    for action in ("view", "list", "view", "act:book"):
        AuditEvent.objects.create(action=action, model="staff.user")
    there_are = set(AuditEvent.objects.values_list("action", flat=True))
    offered = re.findall(r'href="\?action=([^"&]*)"', manager.get(TRAIL).text)
    assert offered == sorted(quote(action) for action in there_are)


# ── the days above a list ──


def at(text: str) -> AuditEvent:
    """Something that was done then, by the clock of the practice."""
    moment = datetime.fromisoformat(text).replace(tzinfo=Practice.current().zone)
    return AuditEvent.objects.create(action="view", at=moment)


def days(client: Client, **asked: int) -> list[str]:
    """What stands above the trail."""
    found = client.get(TRAIL, {f"at__{part}": number for part, number in asked.items()})
    bar = re.search(r'<nav class="toplinks">(.*?)</nav>', found.text, re.DOTALL)
    return [
        text.strip() for text in re.findall(r">([^<]+)<", html.unescape(bar[1])) if text.strip()
    ]


def test_the_days_above_the_trail_go_from_its_first_to_its_last_day(manager):
    at("2023-11-29 09:00")
    now = datetime.now(Practice.current().zone)
    assert days(manager) == [f"{year}" for year in range(2023, now.year + 1)]
    assert days(manager, year=2023) == ["‹ All dates", "November 2023", "December 2023"]
    assert days(manager, year=2023, month=11) == ["‹ 2023", "November 29", "November 30"]
    one = days(manager, year=2023, month=11, day=29)
    assert one[0] == "‹ November 2023"


def test_a_day_above_the_trail_leads_to_what_was_done_on_it(manager):
    seen, other = at("2023-11-29 23:30"), at("2023-11-30 00:30")
    query = {"at__year": 2023, "at__month": 11, "at__day": 29}
    rows = list(manager.get(TRAIL, query).context["cl"].result_list)
    assert seen in rows
    assert other not in rows


def test_the_days_above_the_trail_are_not_read_from_its_rows(
    manager, django_assert_max_num_queries
):
    at("2023-11-29 09:00")
    with django_assert_max_num_queries(60) as queries:
        manager.get(TRAIL)
    assert not [q["sql"] for q in queries if "DATE_TRUNC" in q["sql"]]
