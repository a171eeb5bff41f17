"""No list is emptied by one bad day: what is too much of an issue is held, and staff are told."""

import pytest
from django.core.management import call_command
from django.test import Client

from core.mail.models import OutgoingEmail
from newsletter.bounces import reports
from newsletter.issues import retention, workflow
from newsletter.models import Consent, Event, HardBounce, Issue, Subscriber
from newsletter.subscription import erasure, unsubscribe
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.factories import letter_to
from tests.newsletter.issues import mail_through, make_issue, make_readers, send, start, statuses

pytestmark = pytest.mark.django_db
Status = Subscriber.Status
Kind = Event.Kind


def sent_issue(readers: list[Subscriber]) -> Issue:
    issue = start(make_issue())
    Issue.objects.filter(pk=issue.pk).update(status="sent", finished_at=issue.started_at)
    issue.refresh_from_db()
    assert issue.total == len(readers)
    return issue


def came_back(issue: Issue, readers: list[Subscriber], kind: str = "bounced", **more) -> None:
    for reader in readers:
        report = reports.Report(
            source="test",
            event_id=f"{issue.pk}/{reader.pk}/{kind}",
            kind=Kind(kind),
            quoted=letter_to(reader, issue=issue.pk),
            recipient="",
            why=f"550 {kind}",
            **more,
        )
        assert reports.process(report)


def active() -> int:
    return Subscriber.objects.active().count()


def told() -> list[tuple[str, str]]:
    """What staff were told, and about which issue."""
    mails = OutgoingEmail.objects.filter(template="issue_trouble").order_by("pk")
    return [tuple(about.split(":")[1:]) for about in mails.values_list("about", flat=True)]


def test_a_few_of_an_issue_are_taken_off_at_once():
    readers = make_readers(40)
    came_back(sent_issue(readers), readers[:2])
    assert active() == 38
    assert told() == []


@pytest.mark.parametrize("size", [2, 5, 40])
def test_more_than_a_few_percent_take_nobody_off_and_staff_hear_once(size):
    manager = make_staff("manager")
    readers = make_readers(size)
    issue = sent_issue(readers)
    came_back(issue, readers)
    assert active() == size
    assert HardBounce.objects.held().count() == size
    assert told() == [("held", str(issue.pk))]
    assert OutgoingEmail.objects.get().to == manager.email
    proofs = Consent.objects.filter(subscriber=readers[0]).order_by("pk")
    assert list(proofs.values_list("kind", flat=True)) == ["bounced", "restored"]


def test_the_share_is_a_setting(settings):
    settings.NEWSLETTER_HELD_PERCENT = 50
    readers = make_readers(10)
    came_back(sent_issue(readers), readers[:5])
    assert active() == 5


def test_readers_in_a_row_who_are_full_are_held_like_the_dead(settings):
    settings.NEWSLETTER_SOFT_BOUNCES = 1
    readers = make_readers(5)
    came_back(sent_issue(readers), readers, "deferred")
    assert active() == 5


def test_who_left_or_complained_meanwhile_is_not_brought_back():
    readers = make_readers(5)
    issue = sent_issue(readers)
    came_back(issue, readers[:2])
    unsubscribe.unsubscribe(readers[0], how="link")
    unsubscribe.suppress(readers[1], because=Status.COMPLAINED, how="abuse")
    came_back(issue, readers[2:])
    found = Subscriber.objects.order_by("pk").values_list("status", flat=True)
    assert list(found) == ["left", "complained", "active", "active", "active"]


# ── staff look, and decide ──


@pytest.fixture
def editor() -> Client:
    return sign_in(Client(), make_staff("newsletter editor"))


def held_issue(number: int = 5) -> tuple[Issue, list[Subscriber]]:
    readers = make_readers(number)
    issue = sent_issue(readers)
    came_back(issue, readers[:-1])
    return issue, readers


def page_of(client: Client, issue: Issue) -> str:
    return client.get(f"/admin/newsletter/issue/{issue.pk}/progress/").text


def decide(client: Client, issue: Issue, name: str):
    return client.post(f"/admin/newsletter/issue/{issue.pk}/step/{name}/")


def test_staff_see_how_many_why_and_where(editor):
    issue, readers = held_issue()
    page = page_of(editor, issue)
    assert "4 addresses came back as dead and wait for you" in page
    assert "test: 550 bounced" in page
    assert "example.org" in page
    assert readers[0].email in page
    assert readers[-1].email not in page
    first = editor.get("/admin/").text
    assert "4 addresses came back as dead" in first
    assert readers[0].email not in first


def test_staff_take_them_off(editor):
    issue, readers = held_issue()
    assert decide(editor, issue, "take-off").status_code == 302
    assert active() == 1
    assert Consent.objects.filter(kind="bounced", how__startswith="staff").count() == 4
    assert "wait for you" not in page_of(editor, issue) + editor.get("/admin/").text
    came_back(issue, readers[-1:])  # a straggler, after the decision
    assert active() == 0


def test_staff_keep_them_and_what_comes_later_waits_again(editor):
    issue, readers = held_issue()
    decide(editor, issue, "keep-on")
    assert active() == 5
    assert not HardBounce.objects.held().exists()
    OutgoingEmail.objects.all().delete()  # of another day
    came_back(issue, readers)
    assert active() == 5
    assert HardBounce.objects.held().get().subscriber == readers[-1]
    assert told() == [("held", str(issue.pk))]


def test_who_has_confirmed_anew_is_not_taken_off_by_an_old_report(editor):
    issue, readers = held_issue()
    HardBounce.objects.filter(subscriber=readers[0]).update(at="2020-01-01T00:00Z")
    decide(editor, issue, "take-off")
    assert Subscriber.objects.get(pk=readers[0].pk).status == "active"


def test_only_who_may_take_readers_off_decides():
    issue, readers = held_issue()
    user = make_staff()
    call_command("roles", verbosity=0)
    user.user_permissions.set(
        user.user_permissions.model.objects.filter(
            codename__in=["view_issue", "change_issue"], content_type__app_label="newsletter"
        )
    )
    client = sign_in(Client(), user)
    assert decide(client, issue, "take-off").status_code == 403
    page = page_of(client, issue)
    assert "4 addresses came back as dead" in page
    assert "take-off" not in page
    assert readers[0].email not in page
    assert active() == 5


def test_what_names_a_reader_goes_with_the_history_and_with_the_reader():
    _issue, readers = held_issue()
    erasure.erase(readers[0], how="staff")
    assert not HardBounce.objects.filter(subscriber=readers[0]).exists()
    HardBounce.objects.update(at="2020-01-01T00:00Z")
    retention.delete_old_deliveries()
    assert not HardBounce.objects.exists()


# ── refusals about us ──


def test_many_refusals_about_us_in_a_row_take_nobody_off_tell_staff_and_stop_what_is_sent(editor):
    readers = make_readers(30)
    issue, other = sent_issue(readers), start(make_issue())
    came_back(issue, readers[:19], "refused")
    other.refresh_from_db()
    assert other.status == "sending"
    came_back(issue, readers[19:20], "refused")
    other.refresh_from_db()
    assert (other.status, other.resumes_at) == ("paused", None)
    assert "because of us" in other.reason
    assert active() == 30
    assert set(told()) == {("refused", str(issue.pk)), ("paused", str(other.pk))}
    assert "20 e-mails were refused because of us" in editor.get("/admin/").text
    assert "550 refused" in page_of(editor, issue)


def test_refusals_of_a_small_issue_stop_it_when_it_is_all_of_it():
    readers = make_readers(4)
    issue = start(make_issue())
    came_back(issue, readers, "refused")
    issue.refresh_from_db()
    assert issue.status == "paused"


def test_a_report_that_one_arrived_ends_the_row():
    readers = make_readers(25)
    issue = start(make_issue())
    came_back(issue, readers[:19], "refused")
    came_back(issue, readers[19:20], "delivered")
    came_back(issue, readers[20:], "refused")
    issue.refresh_from_db()
    assert issue.status == "sending"


def test_a_provider_that_names_us_is_told_at_once_and_one_letter_of_a_server_is_not():
    make_staff("newsletter editor")
    readers = make_readers(40)
    issue, other = sent_issue(readers), sent_issue(readers)
    came_back(issue, readers[:1], "refused")
    assert told() == []
    came_back(other, readers[:2], "refused", alarming=True)
    assert told() == [("refused", str(other.pk))]


# ── the same at sending time ──


@pytest.fixture
def mail(settings, smtp_server):
    mail_through(settings, smtp_server.url)
    return smtp_server


@pytest.mark.parametrize("answer", ["550 relay not permitted", "550 5.1.1 no such user"])
def test_a_relay_that_refuses_all_of_a_small_list_takes_nobody_off(mail, answer):
    make_staff("manager")
    readers = make_readers(5)
    for reader in readers:
        mail.recipients[reader.email] = answer
    issue = send(make_issue())
    assert active() == 5
    assert issue.status == "paused"
    assert told() == [("paused", str(issue.pk))]
    assert not HardBounce.objects.exists()


def test_one_reader_alone_is_not_taken_off_before_the_server_has_taken_a_mail(mail):
    [reader] = make_readers(1)
    mail.recipients[reader.email] = "550 5.1.1 no such user"
    issue = send(make_issue())
    assert (issue.status, statuses(issue), active()) == ("sent", {"failed": 1}, 1)


def test_too_many_dead_at_sending_time_are_held_too(mail):
    readers = make_readers(6)
    for reader in readers[1:5]:
        mail.recipients[reader.email] = "550 5.1.1 no such user"
    issue = send(make_issue())
    assert statuses(issue) == {"sent": 2, "failed": 4}
    assert active() == 6
    assert HardBounce.objects.held().count() == 4


def test_halting_tells_staff_and_a_rest_does_not(mail):
    make_staff("manager")
    issue = start(make_issue())
    workflow.pause_and_retry(issue.pk, because="away")
    assert told() == []
    workflow.pause_for_staff(issue.pk, because="it is paused already")
    assert told() == []
