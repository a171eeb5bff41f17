"""Everything is lost and restored: nothing goes out twice, and who wanted no more is left alone."""

import re
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core import mail as sent_mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from appointments import tasks as visit_tasks
from appointments.booking import visits
from appointments.models import Appointment, Status
from articles import tasks as articles
from articles.comments import submission
from articles.models import Comment, CommentStatus, ImageAsset
from core.api import keys
from core.api.models import ApiKey
from core.mail import delivery
from core.mail import tasks as mails
from core.mail.models import EmailStatus, OutgoingEmail
from core.monitoring.models import RestoreRun
from core.webhooks.models import WebhookEndpoint
from curednation.backup import changes
from newsletter import links as reader_links
from newsletter import tasks as letters
from newsletter.delivery import sending, sending_rates
from newsletter.issues import workflow
from newsletter.models import Issue, Subscriber
from newsletter.subscription import erasure, unsubscribe
from tests.appointments import booking_steps
from tests.articles.factories import make_article
from tests.articles.test_admin import picture
from tests.core.staff.people import fully_signed_in, make_staff
from tests.core.webhooks.factories import make_endpoint
from tests.factories import make_appointment, make_service, monday
from tests.newsletter.issues import mail_through, make_issue, make_readers, start
from tests.newsletter.signup import sign_up
from tests.visitor import in_process

FAILED = "/admin/mail/outgoingemail/failed/"


def send_waiting() -> None:
    """One turn of the clinic's worker."""
    waiting = OutgoingEmail.objects.filter(status=EmailStatus.WAITING)
    for pk in waiting.values_list("pk", flat=True):
        delivery.deliver(pk)


def every_turn() -> None:
    """What beat and the workers do, twice: what one run has written the next one sends."""
    for _ in range(2):
        for task in (
            *(
                visit_tasks.write_reminders,
                visit_tasks.write_daily_digests,
                visit_tasks.offer_freed_times,
            ),
            *(articles.email_review_reminders, mails.sweep, letters.sweep),
        ):
            task()
        for pk in Issue.objects.values_list("pk", flat=True):
            letters.send_issue(pk)
        send_waiting()


def someone(email: str) -> dict[str, str]:
    """Another patient, as they type it."""
    return {"email": email, "first_name": "Ida", "birth_date": "05/18/1979"}


def comment_on(article) -> Comment:
    said = {"name": "Ada", "email": "ada@example.org", "text": "Thank you."}
    comment = submission.submit(article, **said)
    Comment.objects.filter(pk=comment.pk).update(status=CommentStatus.APPROVED)
    return comment


def send_half(issue, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        rooms = iter([2, 0, 0])
        patch.setattr(sending_rates, "room", lambda: next(rooms))
        sending.send_batches(issue.pk, worker="test", seconds=30)


@pytest.fixture
def loaded(clinic, settings, smtp_server, monkeypatch):
    """A clinic in the middle of its day."""
    mail_through(settings, smtp_server.url)
    stays, leaves, erased, confirms = make_readers(4)
    issue = start(make_issue())
    send_half(issue, monkeypatch)
    planned = make_issue()
    workflow.schedule(planned, at=timezone.now() + timedelta(days=2), zone="America/Chicago")
    service = make_service()
    booking_steps.book(in_process(Client()), service, monday())
    send_waiting()
    sign_up("confirms@example.org")  # its mail waits
    soon = make_appointment(starts_at=timezone.now() + timedelta(hours=20))
    image = ImageAsset.objects.create(
        file=ContentFile(picture().read(), name="lantern.png"), alt="A lantern"
    )
    image.file.close()
    comment = comment_on(make_article())
    gone = make_staff(email="left@clinic.test")
    stolen, _text = keys.make("Stolen", ["slots:read"])
    kept, _text = keys.make("Kept", ["slots:read"])
    moved, told = make_endpoint(), make_endpoint()
    [booked] = [m for m in sent_mail.outbox if "grace@example.org" in m.to]
    link = re.search(r"https?://[^/]+(/\S+)", booked.body)[1]
    return SimpleNamespace(**locals())


def test_after_a_loss_nothing_goes_out_twice_and_who_left_is_left_alone(loaded):
    clinic, servers_mails = loaded.clinic, loaded.smtp_server.mails
    with loaded.image.file.open() as file:
        content = file.read()
    archive = clinic.back_up()

    # The day goes on.
    unsubscribe.unsubscribe(loaded.leaves, how="a link")
    erasure.erase(loaded.erased, how="staff")
    submission.withdraw(loaded.comment)
    loaded.gone.is_active = False
    loaded.gone.save()
    keys.revoke(loaded.stolen)
    loaded.moved.delete()
    new_key, _text = keys.make("New", ["bookings:write"])
    booking_steps.book(
        in_process(Client()), loaded.service, monday("13:00"), **someone("ida@example.org")
    )
    Appointment.objects.filter(email="ida@example.org").update(api_key=new_key)
    visits.cancel(Appointment.objects.get(email="grace@example.org"), by="staff")
    every_turn()
    assert Issue.objects.get(pk=loaded.issue.pk).status == Issue.Status.SENT
    letters_sent, mails_sent = len(servers_mails), len(sent_mail.outbox)
    assert letters_sent == 3  # two before, one more after: two of four wanted none any more
    assert [m for m in sent_mail.outbox if loaded.soon.email in m.to]  # the reminder
    [confirm] = [m for m in sent_mail.outbox if "confirms@example.org" in m.to]
    changes.record()

    clinic.lose_everything()
    printed = clinic.restore(archive)
    every_turn()
    assert len(servers_mails) == letters_sent
    assert len(sent_mail.outbox) == mails_sent
    # Every mail is known to have gone out: nothing is left to staff.
    assert not OutgoingEmail.objects.filter(status=EmailStatus.FAILED).exists()
    assert Subscriber.objects.get(pk=loaded.leaves.pk).status == Subscriber.Status.LEFT
    assert Subscriber.objects.get(pk=loaded.erased.pk).email == ""
    assert Comment.objects.get(pk=loaded.comment.pk).text == ""
    with ImageAsset.objects.get(pk=loaded.image.pk).file.open() as file:
        assert file.read() == content
    assert Issue.objects.get(pk=loaded.issue.pk).status == Issue.Status.PAUSED
    assert Issue.objects.get(pk=loaded.planned.pk).status == Issue.Status.HELD
    assert "could not be brought back" not in printed
    assert Appointment.objects.get(email="grace@example.org").status == Status.CANCELLED
    ida = Appointment.objects.get(email="ida@example.org")
    assert (ida.status, ida.starts_at) == (Status.BOOKED, monday("13:00"))
    assert (ida.consents.count(), ida.api_key) == (2, None)
    assert list(ApiKey.objects.filter(revoked_at=None)) == [loaded.kept]
    assert list(WebhookEndpoint.objects.filter(active=True)) == [loaded.told]
    visitor = in_process(Client())
    for path in (
        loaded.link,
        booking_steps.page_of(ida, "visit"),
        re.search(r"https?://[^/]+(/\S+)", confirm.body)[1],
        reader_links.preferences_path(loaded.stays.key),
    ):
        assert visitor.get(path).status == 200
    call_command("verify_audit", stdout=StringIO())
    assert not type(loaded.gone).objects.get(pk=loaded.gone.pk).is_active

    # And goes on again: what is new has keys and mails of its own.
    booking_steps.book(
        in_process(Client()), loaded.service, monday("11:00"), **someone("new@example.org")
    )
    send_waiting()
    assert Appointment.objects.order_by("-pk")[0].pk > 1_000_000
    assert len(sent_mail.outbox) > mails_sent


def test_what_nobody_knows_of_waits_for_staff_who_send_it_or_leave_it(loaded):
    clinic = loaded.clinic
    archive = clinic.back_up()
    every_turn()
    before = len(sent_mail.outbox)
    for file in clinic.folder.glob("*.changes.age"):
        file.unlink()
    clinic.lose_everything()
    clinic.restore(archive, "--without-changes")
    every_turn()
    assert len(sent_mail.outbox) == before
    held = OutgoingEmail.objects.filter(status=EmailStatus.FAILED)
    assert {m.template for m in held} == {"newsletter_confirm", "appointment_reminder"}

    staff = fully_signed_in("manager")
    first_page = staff.get("/admin/to-do/").text
    assert "The site was restored from a backup" in first_page
    page = in_process(staff).get(FAILED)
    assert "it may have gone out since" in page.text
    [reason] = {form.fields["reason"] for form in page.forms if "reason" in form.fields}
    staff.post(FAILED, {"reason": reason})
    send_waiting()
    assert len(sent_mail.outbox) == before + 2
    assert RestoreRun.objects.get().notes


def test_a_clinic_that_was_stopped_first_goes_on_where_it_was(loaded):
    clinic = loaded.clinic
    archive = clinic.back_up()
    clinic.lose_everything()
    clinic.restore(archive, "--nothing-since")
    assert Issue.objects.get(pk=loaded.issue.pk).status == Issue.Status.SENDING
    before = len(sent_mail.outbox)
    every_turn()
    assert [m for m in sent_mail.outbox[before:] if "confirms@example.org" in m.to]
    assert len(loaded.smtp_server.mails) == 4
