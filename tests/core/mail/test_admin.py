"""Staff see what waits and what failed and why; they may send again, and nothing else."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from core.mail import delivery, refusals
from core.mail.hold_model import OutboxHold
from core.mail.models import EmailStatus, OutgoingEmail
from devstack.mail_examples import EXAMPLES
from tests.core.mail.factories import fresh, make_email
from tests.core.staff.people import make_staff, sign_in

pytestmark = pytest.mark.django_db

LIST = reverse("admin:mail_outgoingemail_changelist")
TEST = reverse("admin:mail_outgoingemail_test")
FAILED = reverse("admin:mail_outgoingemail_failed")


def page_of(email: OutgoingEmail) -> str:
    return reverse("admin:mail_outgoingemail_change", args=[email.pk])


@pytest.fixture
def desk(practice) -> Client:
    """The browser of someone at the front desk."""
    return sign_in(Client(), make_staff("front desk"))


def make_failed(reason: str = "550 No such user", **fields) -> OutgoingEmail:
    email = make_email(**fields)
    reason = f"The mail server answered: {reason}"
    OutgoingEmail.objects.filter(pk=email.pk).update(
        status=EmailStatus.FAILED, due_at=None, attempts=1, last_error=reason
    )
    return email


def send_again(client: Client, email: OutgoingEmail):
    data = {"action": "send_again", "_selected_action": [email.pk]}
    return client.post(LIST, data, follow=True)


def test_the_list_shows_who_did_not_get_which_mail_and_why(desk):
    make_failed(to="grace@example.org")
    html = desk.get(LIST).content.decode()
    for shown in ("grace@example.org", "Test message", "failed", "550 No such user"):
        assert shown in html


def test_the_list_is_searched_and_filtered(desk):
    make_failed(to="grace@example.org")
    make_email(to="alan@example.org")
    assert b"alan@example.org" not in desk.get(LIST, {"q": "GRACE"}).content
    failed = desk.get(LIST, {"status__exact": "failed"}).content
    assert b"grace@example.org" in failed
    assert b"alan@example.org" not in failed


def test_the_length_of_the_list_costs_no_queries(desk, django_assert_max_num_queries):
    for _ in range(30):
        make_email()
    desk.get(LIST)
    with django_assert_max_num_queries(15):
        desk.get(LIST)


def test_the_page_shows_the_text_and_times_with_their_zone(desk, practice):
    email = make_email()
    html = desk.get(page_of(email)).content.decode()
    assert "You have received it, so the site can send e-mail." in html
    written = timezone.localtime(email.created_at, practice.zone)
    assert f"{date_format(written, 'SHORT_DATETIME_FORMAT')} {written.tzname()}" in html


def test_tags_are_shown_and_not_obeyed(desk):
    email = make_email("appointment_booked", **EXAMPLES["appointment_booked"])
    OutgoingEmail.objects.update(text="<script>alert(1)</script>")
    html = desk.get(page_of(email)).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_nobody_can_follow_a_link_that_stands_in_a_mail(desk):
    email = make_email("appointment_booked", **EXAMPLES["appointment_booked"])
    html = desk.get(page_of(email)).content.decode()
    assert "https://visits.example.org/…" in html
    assert "abcdefghijklmnopqrstuvwxyz" not in html


def test_nobody_reads_a_secret_mail(desk):
    html = desk.get(page_of(make_email(secret=True))).content.decode()
    assert "You have received it" not in html
    assert "Not shown: it opens an account." in html


def test_a_failed_mail_is_sent_again_with_the_same_message_id(desk, server):
    email = make_failed()
    answer = send_again(desk, email)
    assert "1 e-mail is on its way." in answer.content.decode()
    assert (fresh(email).status, fresh(email).attempts) == (EmailStatus.WAITING, 0)
    delivery.deliver(email.pk)
    assert server.mails[0]["Message-ID"] == email.message_id


def test_all_that_failed_for_one_reason_are_left_unsent_for_good(desk):
    one, other, elsewhere = make_failed(), make_failed(), make_failed("552 Full")
    reason = refusals.same_words(fresh(one).last_error)
    answer = desk.post(FAILED, {"reason": reason, "leave": "yes"}, follow=True)
    assert "2 e-mails stay unsent." in answer.content.decode()
    assert {fresh(one).status, fresh(other).status} == {EmailStatus.DROPPED}
    assert fresh(elsewhere).status == EmailStatus.FAILED
    assert LogEntry.objects.filter(change_message="Left unsent.").count() == 2
    assert "It did not fail" in send_again(desk, one).content.decode()


@pytest.mark.parametrize("status", [EmailStatus.WAITING, EmailStatus.SENT, EmailStatus.DROPPED])
def test_only_what_failed_is_sent_again(desk, status):
    email = make_email()
    if status != EmailStatus.WAITING:
        sent_at = timezone.now() if status == EmailStatus.SENT else None
        OutgoingEmail.objects.update(status=status, due_at=None, sent_at=sent_at)
    before = fresh(email)
    assert "It did not fail" in send_again(desk, email).content.decode()
    assert (fresh(email).status, fresh(email).due_at) == (status, before.due_at)


def test_whoever_may_only_look_cannot_send(practice):
    onlooker = make_staff()
    onlooker.user_permissions.add(Permission.objects.get(codename="view_outgoingemail"))
    client = sign_in(Client(), onlooker)
    assert b"Send a test message" not in client.get(LIST).content
    email = make_failed()
    send_again(client, email)
    assert client.post(FAILED, {"reason": email.last_error}).status_code == 403
    assert fresh(email).status == EmailStatus.FAILED
    assert client.post(TEST, {"to": "a@example.org"}).status_code == 403


@pytest.mark.parametrize("name", ["add", "change", "delete"])
def test_nobody_writes_changes_or_deletes_by_hand(practice, name):
    client = sign_in(Client(), make_staff(is_superuser=True))
    email = make_email()
    args = [] if name == "add" else [email.pk]
    url = reverse(f"admin:mail_outgoingemail_{name}", args=args)
    answer = client.post(url, {"to": "x@example.org", "post": "yes"})
    assert answer.status_code == 403
    assert fresh(email).to == "grace@example.org"
    assert OutgoingEmail.objects.count() == 1


def test_a_test_message_goes_into_the_outbox_and_its_page_opens(desk):
    answer = desk.post(TEST, {"to": "office@example.org"})
    email = OutgoingEmail.objects.get()
    assert (email.template, email.to) == ("mail_test", "office@example.org")
    assert answer.url == page_of(email)


def test_a_bad_address_for_the_test_message_gets_a_message_beside_the_field(desk):
    html = desk.post(TEST, {"to": "nobody"}).content.decode()
    assert "Write the whole address" in html
    assert 'value="nobody"' in html
    assert not OutgoingEmail.objects.exists()


def test_the_first_page_says_that_mail_failed_and_names_nobody(desk):
    make_failed(to="grace@example.org")
    html = desk.get(reverse("admin:to_do")).content.decode()
    assert "1 e-mail failed this week" in " ".join(html.split())
    assert "grace" not in html


@pytest.mark.parametrize("url", [LIST, TEST, FAILED])
def test_the_pages_need_no_inline_style_or_script(desk, url):
    html = desk.get(url).content.decode()
    assert "Outbox" in html
    assert "<style" not in html
    assert ' style="' not in html


def test_all_that_failed_for_one_reason_is_sent_again_at_once(desk):
    blocked = [
        make_failed(f"554 5.7.1 <p{n}@example.org> blocked, id 4Fxy{n}Zq", to=f"p{n}@example.org")
        for n in range(3)
    ]
    unknown = make_failed(to="nobody@example.org")
    html = " ".join(desk.get(FAILED).text.split())
    reason = "The mail server answered: 554 5.7.1 … blocked, id …"
    assert reason in html
    assert f"<td>{reason}</td> <td>3</td>" in html
    assert "@example.org" not in html

    answer = desk.post(FAILED, {"reason": reason}, follow=True)
    assert "3 e-mails are on their way." in answer.text
    assert {fresh(email).status for email in blocked} == {EmailStatus.WAITING}
    assert set(OutgoingEmail.objects.overdue()) == set(blocked)
    assert fresh(unknown).status == EmailStatus.FAILED
    assert set(
        LogEntry.objects.filter(change_message="Sent again.").values_list("object_id", flat=True)
    ) == {str(email.pk) for email in blocked}

    again = desk.post(FAILED, {"reason": reason}, follow=True)
    assert "Nothing that failed for this reason" in again.text


def test_the_first_page_says_that_mail_is_held_since_when_and_why(desk):
    OutboxHold.objects.prepare()
    OutboxHold.objects.begin(reason="554 5.7.1 Blocked", doubts_recipients=False)
    make_failed(to="grace@example.org")
    html = " ".join(desk.get(reverse("admin:to_do")).text.split())
    assert "E-mails are held" in html
    assert "554 5.7.1 Blocked" in html
    assert "grace" not in html
