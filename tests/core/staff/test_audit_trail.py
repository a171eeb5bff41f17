from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.staff.audit import trail as audit
from core.staff.models import AuditEvent, User
from core.staff.urgency import Urgency
from tests.articles.factories import make_article
from tests.core.staff.people import (
    PASSWORD,
    code_of,
    enroll,
    give_password,
    make_manager,
    make_staff,
    sign_in,
)
from tests.pages.factories import make_testimonial

pytestmark = pytest.mark.django_db


@contextmanager
def panel_on_the_first_page():
    before = list(admin.site._panels)
    any_will_do = ("429.html", {"records": ()})
    admin.site.register_panel(Urgency.NOW)(lambda request: any_will_do)
    try:
        yield
    finally:
        admin.site._panels[:] = before


@pytest.fixture
def manager(client) -> User:
    user = make_manager()
    sign_in(client, user)
    return user


def trail(after: int) -> list[tuple[str, str, list[str]]]:
    """What was written since the row with this key: action, model, records."""
    rows = AuditEvent.objects.filter(pk__gt=after).order_by("pk")
    return [(row.action, row.model, row.object_pks) for row in rows]


def newest() -> int:
    row = AuditEvent.objects.order_by("-pk").first()
    return row.pk if row else 0


def test_seeing_somebody_leaves_one_row(client, manager):
    other, start = make_staff(), newest()
    client.get(f"/admin/staff/user/{other.pk}/change/")
    assert trail(start) == [("view", "staff.user", [str(other.pk)])]


def test_a_row_says_who_when_and_from_where(client, manager, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    client.get("/admin/staff/user/", headers={"x-forwarded-for": "2001:db8:1:2:3::9"})
    row = AuditEvent.objects.latest("pk")
    assert (row.user_pk, row.email) == (manager.pk, manager.email)
    assert row.network == "2001:db8:1:2::/64"
    assert row.at is not None


def test_a_stranger_cannot_choose_the_network_that_is_kept(client, manager):
    client.get("/admin/staff/user/", headers={"x-forwarded-for": "203.0.113.9"})
    assert AuditEvent.objects.latest("pk").network == "127.0.0.1"


def test_a_list_names_the_records_it_showed(client, manager):
    others = [make_staff() for _ in range(2)]
    start = newest()
    client.get("/admin/staff/user/")
    [(action, model, shown)] = trail(start)
    assert (action, model) == ("list", "staff.user")
    assert set(shown) == {str(user.pk) for user in [manager, *others]}
    assert AuditEvent.objects.get(pk__gt=start).count == 3


def test_a_search_keeps_what_it_found_and_not_the_words(client, manager):
    found, start = make_staff(name="Quillon Example"), newest()
    client.get("/admin/staff/user/", {"q": "Quillon"})
    assert trail(start) == [("search", "staff.user", [str(found.pk)])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staff_auditevent e WHERE e::text ILIKE '%%quillon%%'")
        assert cursor.fetchone() == (0,)


def test_a_change_leaves_one_row(client, manager):
    other, start = make_staff(), newest()
    data = {"name": "New Name", "email": other.email, "is_active": "on"}
    client.post(f"/admin/staff/user/{other.pk}/change/", data)
    assert trail(start) == [("change", "staff.user", [str(other.pk)])]


def test_a_change_that_was_not_valid_is_a_view(client, manager):
    other, start = make_staff(), newest()
    client.post(f"/admin/staff/user/{other.pk}/change/", {"name": "", "email": ""})
    assert trail(start) == [("view", "staff.user", [str(other.pk)])]


def test_adding_leaves_one_row(client, manager):
    start = newest()
    data = {"name": "Kim", "email": "kim@example.org", "is_active": "on"}
    client.post("/admin/staff/user/add/", data)
    assert trail(start) == [("add", "staff.user", [str(User.objects.get(name="Kim").pk)])]


def test_the_history_of_a_record_leaves_a_row(client, manager):
    start = newest()
    client.get(f"/admin/staff/user/{manager.pk}/history/")
    assert trail(start) == [("history", "staff.user", [str(manager.pk)])]


def test_deleting_leaves_a_row(client):
    sign_in(client, make_staff(is_superuser=True))
    testimonial = str(make_testimonial().pk)
    start = newest()
    client.get(f"/admin/pages/testimonial/{testimonial}/delete/")
    client.post(f"/admin/pages/testimonial/{testimonial}/delete/", {"post": "yes"})
    assert trail(start) == [
        ("view", "pages.testimonial", [testimonial]),
        ("delete", "pages.testimonial", [testimonial]),
    ]


def test_an_action_on_a_list_names_what_was_chosen(client, manager):
    others = [make_staff() for _ in range(2)]
    start = newest()
    chosen = [str(user.pk) for user in others]
    client.post("/admin/staff/user/", {"action": "send_link", "_selected_action": chosen})
    assert trail(start) == [("act:send_link", "staff.user", chosen)]


def test_deleting_from_a_list_names_each(client):
    sign_in(client, make_staff(is_superuser=True))
    testimonials = [str(make_testimonial().pk), str(make_testimonial().pk)]
    start = newest()
    data = {"action": "delete_selected", "_selected_action": testimonials, "post": "yes"}
    client.post("/admin/pages/testimonial/", data)
    rows = trail(start)
    assert rows[0] == ("act:delete_selected", "pages.testimonial", testimonials)
    assert sorted(rows[1:]) == [
        ("delete", "pages.testimonial", [testimonial]) for testimonial in sorted(testimonials)
    ]


def test_no_list_of_the_admin_forgets_its_row(client):
    sign_in(client, make_staff(is_superuser=True))
    for model in admin.site._registry:
        start = newest()
        label = model._meta.label_lower
        answer = client.get(reverse(f"admin:{label.replace('.', '_')}_changelist"))
        if answer.status_code == 200:
            assert [row[:2] for row in trail(start)] == [("list", label)]


def test_a_page_that_an_app_adds_to_the_admin_leaves_its_row_too(client):
    sign_in(client, make_staff(is_superuser=True))
    start = newest()
    client.get("/admin/mail/outgoingemail/test/")
    assert trail(start) == [("act:send_test", "mail.outgoingemail", [])]


def test_a_refusal_leaves_a_row(client):
    sign_in(client, make_staff("editor"))
    other, start = make_staff(), newest()
    assert client.get(f"/admin/staff/user/{other.pk}/change/").status_code == 403
    assert client.post("/admin/staff/user/add/", {"name": "X"}).status_code == 403
    assert trail(start) == [
        ("refused", "staff.user", [str(other.pk)]),
        ("refused", "staff.user", []),
    ]


def test_suggestions_while_typing_leave_a_row(client, manager):
    article, start = make_article(title="What naltrexone does"), newest()
    query = {"app_label": "articles", "model_name": "redirect", "field_name": "article"}
    found = client.get("/admin/autocomplete/", query | {"term": "naltrexone"})
    assert [result["id"] for result in found.json()["results"]] == [str(article.pk)]
    assert trail(start) == [("search", "articles.article", [str(article.pk)])]


def test_the_first_page_counts_as_seen_with_what_apps_show_on_it(client, manager):
    start = newest()
    client.get("/admin/to-do/")
    assert not any("429.html" in names for _, _, names in trail(start))
    with panel_on_the_first_page():
        answer = client.get("/admin/to-do/")
    assert "Let us catch our breath" in answer.content.decode()
    action, model, names = trail(start)[-1]
    assert (action, model) == ("view", "index")
    assert "429.html" in names


def test_what_cannot_be_recorded_is_not_shown(client, manager, monkeypatch):
    other, start = make_staff(name="Before"), newest()

    def broken(*args, **kwargs):
        raise DatabaseError("the trail is full")

    monkeypatch.setattr(audit, "record", broken)
    client.raise_request_exception = False
    data = {"name": "After", "email": other.email, "is_active": "on"}
    address = f"/admin/staff/user/{other.pk}/change/"
    for answer in (
        client.get("/admin/staff/user/"),
        client.get(address),
        client.post(address, data),
    ):
        assert answer.status_code == 500
        assert "Before" not in answer.content.decode()
    other.refresh_from_db()
    assert other.name == "Before"
    assert trail(start) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE staff_auditevent SET action = 'nothing'",
        "DELETE FROM staff_auditevent",
        "TRUNCATE staff_auditevent",
        "TRUNCATE staff_auditevent, staff_user CASCADE",
    ],
)
def test_the_database_keeps_what_was_written(statement, rf):
    audit.record(None, "sign-in", user=make_staff())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().action == "sign-in"


def test_nobody_changes_the_trail_in_the_admin(client):
    sign_in(client, make_staff(is_superuser=True))
    row = AuditEvent.objects.earliest("pk")
    address = f"/admin/staff/auditevent/{row.pk}"
    assert client.get(f"{address}/change/").status_code == 200
    assert client.post(f"{address}/change/", {"action": "x"}).status_code == 403
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/staff/auditevent/add/").status_code == 403
    assert AuditEvent.objects.get(pk=row.pk).action == row.action


def test_the_trail_is_found_by_person_and_by_record(client, manager):
    other = make_staff()
    client.get(f"/admin/staff/user/{other.pk}/change/")
    for term in (manager.email, str(other.pk)):
        answer = client.get("/admin/staff/auditevent/", {"q": term})
        assert "saw" in answer.content.decode()
        assert answer.context["cl"].result_count >= 1


def test_signing_in_and_out_leaves_rows(client):
    user = make_staff(is_superuser=True)
    secret, start = enroll(user), newest()
    give_password(client, user, "wrong")
    give_password(client, user)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    client.post("/admin/logout/")
    assert [row[0] for row in trail(start)] == [
        "sign-in failed",
        "second factor failed",
        "sign-in",
        "sign-out",
    ]
    assert set(AuditEvent.objects.filter(pk__gt=start).values_list("user_pk", flat=True)) == {
        user.pk
    }


def test_a_password_in_the_wrong_field_is_not_kept(client):
    give_password(client, User(email=f"{PASSWORD.replace(' ', '')}@example.org"), "x")
    row = AuditEvent.objects.get(action="sign-in failed")
    assert (row.user_pk, row.email) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_changes_of_the_second_step_leave_rows(client):
    user = make_staff(is_superuser=True)
    give_password(client, user)
    start = newest()
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))
    rows = trail(start)
    assert sorted(row[1] for row in rows[:2]) == ["recovery_codes", "totp"]
    assert [row[0] for row in rows] == [
        "second factor added",
        "second factor added",
        "recovery codes renewed",
        "second factor removed",
        "second factor removed",
    ]


def test_two_people_leave_each_their_own(client, manager):
    other = Client()
    second = make_manager()
    sign_in(other, second)
    start = newest()
    client.get("/admin/staff/user/")
    other.get("/admin/staff/user/")
    rows = AuditEvent.objects.filter(pk__gt=start).order_by("pk")
    assert [row.user_pk for row in rows] == [manager.pk, second.pk]
