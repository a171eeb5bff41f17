"""What changes something is done by whom it is for: with all rights but that one it is refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from appointments.models import CalendarFeed, HoursException
from tests.appointments.test_conflicts import off
from tests.core.staff.addresses import all_addresses, custom
from tests.core.staff.people import make_staff, sign_in
from tests.core.staff.world import make_world
from tests.factories import make_appointment, make_provider, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
READ = ""  # a page to read: a POST changes nothing, whoever sends it
# The right that a POST to each page of an app needs.
PAGES = {
    "mail_outgoingemail_test": "mail.change_outgoingemail",
    "mail_outgoingemail_failed": "mail.change_outgoingemail",
    "articles_article_action": "articles.change_article",
    "articles_article_autosave": "articles.change_article",
    "articles_article_autosave_new": "articles.add_article",
    "articles_article_discard": "articles.change_article",
    "articles_article_discard_new": "articles.add_article",
    "articles_article_live": READ,
    "articles_article_live_new": READ,
    "articles_article_preview": READ,
    "articles_article_revisions": READ,
    "articles_article_restore": "articles.change_article",
    "pages_textpage_action": "pages.change_textpage",
    "pages_textpage_autosave": "pages.change_textpage",
    "pages_textpage_autosave_new": "pages.add_textpage",
    "pages_textpage_discard": "pages.change_textpage",
    "pages_textpage_discard_new": "pages.add_textpage",
    "pages_textpage_live": READ,
    "pages_textpage_live_new": READ,
    "pages_textpage_revisions": READ,
    "pages_textpage_restore": "pages.change_textpage",
    "articles_comment_action": "articles.change_comment",
    "articles_comment_answer": "articles.answer_comment",
    "articles_imageasset_pick": READ,
    "appointments_patient_book": "appointments.add_appointment",
    "appointments_patient_merge": "appointments.merge_patient",
    "appointments_patient_merge_find": READ,
    "appointments_appointment_reassign_find": READ,
    "appointments_patient_unmerge": "appointments.merge_patient",
    "appointments_patient_notes": "appointments.change_patient",
    "appointments_patient_export": "appointments.export_patient",
    "appointments_patient_privacy": "appointments.request_erasure_patient",
    "appointments_patient_privacy_decision": "appointments.confirm_erasure_patient",
    "appointments_appointment_reassign": "appointments.change_appointment",
    "appointments_waitlistentry_address": "appointments.change_waitlistentry",
    "appointments_waitlistentry_add_caller": "appointments.change_waitlistentry",
    "appointments_waitlistentry_suits": "appointments.change_waitlistentry",
    "appointments_waitlistentry_offer": "appointments.change_waitlistentry",
    "appointments_appointment_action": "appointments.change_appointment",
    "appointments_appointment_send_again": "mail.change_outgoingemail",
    "appointments_appointment_book": "appointments.add_appointment",
    "appointments_appointment_book_times": READ,
    "appointments_appointment_book_who": READ,
    "appointments_appointment_move_times": READ,
    "appointments_appointment_conflicts": "appointments.change_appointment",
    "appointments_appointment_holds": "appointments.change_appointment",
    "appointments_appointment_print": READ,
    "appointments_appointment_renewal": READ,
    "appointments_appointment_desk_more": READ,
    "appointments_appointment_desk_move": "appointments.change_appointment",
    "appointments_appointment_desk_step": "appointments.change_appointment",
    "appointments_appointment_today": READ,
    "appointments_appointment_day": READ,
    "appointments_appointment_this_week": READ,
    "appointments_appointment_week": READ,
    "appointments_appointment_move": "appointments.change_appointment",
    "appointments_appointment_series": "appointments.add_appointment",
    "appointments_provider_import": "appointments.add_provider",
    "appointments_provider_export": READ,
    "appointments_provider_hours": "appointments.change_weeklyhours",
    "newsletter_issue_autosave": "newsletter.change_issue",
    "newsletter_issue_autosave_new": "newsletter.add_issue",
    "newsletter_issue_discard": "newsletter.change_issue",
    "newsletter_issue_discard_new": "newsletter.add_issue",
    "newsletter_issue_live": READ,
    "newsletter_issue_dns_records": READ,
    "newsletter_issue_send": READ,
    "newsletter_issue_test": "newsletter.change_issue",
    "newsletter_issue_action": "newsletter.change_issue",
    "newsletter_issue_failed": READ,
    "newsletter_issue_failed_csv": READ,
    "newsletter_issue_progress": READ,
    "newsletter_issue_stats": READ,
    "newsletter_issue_decide": "newsletter.change_issue",
    "newsletter_listupload_columns": "newsletter.add_listupload",
    "newsletter_listupload_start": "newsletter.add_listupload",
    "newsletter_listupload_discard": "newsletter.add_listupload",
    "newsletter_listupload_upload_progress": READ,
    "newsletter_listupload_report": READ,
    "newsletter_statistics": READ,
    "newsletter_subscriber_leave": "newsletter.change_subscriber",
    "newsletter_subscriber_erase": "newsletter.erase_subscriber",
    "newsletter_subscriber_record": READ,
}
REVIEWS = ("/step/approve/", "/step/confirm/")  # the steps of a text that review it
ACTIONS = {
    "api.apikey.revoke": "api.change_apikey",
    "webhooks.webhookendpoint.send_test": "webhooks.change_webhookendpoint",
    "webhooks.webhookendpoint.new_secret": "webhooks.change_webhookendpoint",
    "webhooks.webhookdelivery.send_again": "webhooks.change_webhookdelivery",
    "staff.user.send_link": "staff.change_user",
    "staff.user.start_over": "staff.change_user",
    "mail.outgoingemail.send_again": "mail.change_outgoingemail",
    "sms.outgoingtext.send_again": "sms.change_outgoingtext",
    "articles.comment.approve_chosen": "articles.change_comment",
    "articles.comment.reject_chosen": "articles.change_comment",
    "articles.comment.spam_chosen": "articles.change_comment",
    "appointments.provider.new_calendar_address": "appointments.change_provider",
    "appointments.appointment.cancel_chosen": "appointments.change_appointment",
    "appointments.appointment.complete_chosen": "appointments.change_appointment",
    "appointments.appointment.no_show_chosen": "appointments.change_appointment",
    "appointments.waitlistentry.remove_chosen": "appointments.change_waitlistentry",
}
TYPED = {
    "appointments_patient_notes": {"text": "Rings twice"},
    "appointments_patient_export": {"kind": "json"},
    "appointments_patient_privacy": {"kind": "restrict", "reason": "By phone"},
    "mail_outgoingemail_test": {"to": "somebody@example.org"},
    "mail_outgoingemail_failed": {"reason": "The mail server answered: 550 Not now"},
    "articles_comment_answer": {"text": "Thank you."},
    "newsletter_issue_action": {"sure": "yes", "count": "0"},
    "newsletter_subscriber_leave": {"how": "by phone"},
    "newsletter_subscriber_erase": {"how": "by phone"},
    "appointments_appointment_conflicts": {"conflicts-all": "cancel"},
    "appointments_appointment_holds": {"release": "7"},
}


@dataclass
class Post:
    """One thing that could be sent, and the right it needs."""

    path: str
    needs: str
    data: dict = field(default_factory=dict)


def to_pages() -> Iterator[Post]:
    for address in all_addresses(most=1):
        if address.name in PAGES:
            needs = PAGES[address.name]
            if address.name == "articles_article_action" and address.path.endswith(REVIEWS):
                needs = "articles.approve_article"
            if address.name == "pages_textpage_action" and address.path.endswith(REVIEWS):
                needs = "pages.approve_textpage"
            yield Post(address.path, needs, TYPED.get(address.name, {}))
            if address.name == "appointments_appointment_series":
                yield Post(address.path, "appointments.change_appointment", {"cancel-rest": "yes"})


def by_actions() -> Iterator[Post]:
    for name, needs in ACTIONS.items():
        label, _dot, action = name.rpartition(".")
        path = reverse(f"admin:{label.replace('.', '_')}_changelist")
        model = next(m for m in admin.site._registry if m._meta.label_lower == label)
        pks = list(model._default_manager.values_list("pk", flat=True)[:3])
        data = {"action": action, "_selected_action": pks, "index": "0", "sure": "yes"}
        yield Post(path, needs, data)
    for model in admin.site._registry:
        opts = model._meta
        path = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        pks = list(model._default_manager.values_list("pk", flat=True)[:3])
        data = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
        yield Post(path, f"{opts.app_label}.delete_{opts.model_name}", data)


def everything() -> dict[str, str]:
    """What stands in the tables, apart from the trail and from who is signed in."""
    with connection.cursor() as cursor:
        cursor.execute(_everything())
        return dict(cursor.fetchall())


@cache
def _everything() -> str:
    left_out = {"staff_auditevent", "django_session", "usersessions_usersession"}
    return " UNION ALL ".join(
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
        for table in connection.introspection.table_names()
        if table not in left_out
    )


def with_all_but(client: Client, missing: str) -> Client:
    """A browser of somebody with every right there is, apart from this one."""
    user = make_staff()
    rights = Permission.objects.select_related("content_type")
    named = {f"{each.content_type.app_label}.{each.codename}": each for each in rights}
    assert not missing or missing in named or ".delete_" in missing, missing
    user.user_permissions.set(each for name, each in named.items() if name != missing)
    client.force_login(user)
    return client


def test_every_page_and_every_action_has_its_row_here():
    assert set(PAGES) == custom()
    found = {
        f"{model._meta.label_lower}.{name}"
        for model, model_admin in admin.site._registry.items()
        for _func, name, _text in model_admin._get_base_actions()
        if name != "delete_selected"
    }
    assert set(ACTIONS) == found


def test_with_all_rights_but_the_one_it_needs_nothing_is_done(settings):
    settings.STAFF_MFA_REQUIRED = False  # so many sign-ins a minute are refused
    make_world()
    posts: dict[str, list[Post]] = {}
    for post in [*to_pages(), *by_actions()]:
        posts.setdefault(post.needs, []).append(post)
    for missing, several in posts.items():
        client = with_all_but(Client(), missing)
        before = everything()
        for post in several:
            with transaction.atomic():
                answer = client.post(post.path, post.data)
                assert everything() == before, f"{post} without {missing}"
                transaction.set_rollback(True)
            if missing:
                assert answer.status_code == 403, f"{post} gave {answer.status_code}"


def test_with_that_right_it_is_not_refused():
    """Else the test above would be green for another reason."""
    make_world()
    client = sign_in(Client(), make_staff(is_superuser=True))
    for post in [*to_pages(), *by_actions()]:
        if ".delete_" in post.needs or post.needs == "articles.approve_article":
            continue  # records of care are not deleted; a review needs a contributor
        with transaction.atomic():
            assert client.post(post.path, post.data).status_code != 403, post
            transaction.set_rollback(True)


# ── the attack, and its like ──


@pytest.mark.parametrize("role", ["front desk", "clinician"])
def test_who_keeps_the_hours_makes_no_new_calendar_address(client, role):
    sign_in(client, make_staff(role))
    provider = make_provider()
    data = {"action": "new_calendar_address", "_selected_action": [provider.pk], "index": "0"}
    answer = client.post("/admin/appointments/provider/", data)
    assert answer.status_code == 403
    assert not CalendarFeed.objects.exists()
    assert "new_calendar_address" not in client.get("/admin/appointments/provider/").text


def test_nothing_is_saved_as_new_through_the_page_of_another_record():
    make_world()
    client = sign_in(Client(), make_staff(is_superuser=True))
    before = everything()
    for address in all_addresses(most=1):
        if address.model and address.name.endswith("_change"):
            assert client.post(address.path, {"_saveasnew": "1"}).status_code == 403, address
            assert everything() == before


def test_a_change_of_hours_shows_no_visit_to_whom_visits_are_not_for(client):
    user = make_staff()
    rights = Permission.objects.filter(
        Q(content_type__model="hoursexception") | Q(codename="schedule_provider")
    )
    user.user_permissions.set(rights)
    sign_in(client, user)
    make_appointment()
    answer = client.post("/admin/appointments/hoursexception/add/", off())
    assert answer.status_code == 403
    assert "Whitfield" not in answer.text
    assert not HoursException.objects.exists()
    later = off(monday(weeks=4).date())
    assert client.post("/admin/appointments/hoursexception/add/", later).status_code == 302
