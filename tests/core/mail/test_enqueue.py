"""Writing to the outbox: in the caller's transaction, once per key, whatever a person typed."""

import pytest
from django.db import connection, transaction
from django.template import TemplateDoesNotExist
from django.test.utils import CaptureQueriesContext

from core import broker
from core.mail import outbox
from core.mail.message import build
from core.mail.models import EmailStatus, OutgoingEmail
from devstack.mail_examples import EXAMPLES
from tests.core.mail.factories import fresh, make_email

pytestmark = pytest.mark.django_db


def booked(name: str = "Grace", **fields) -> OutgoingEmail:
    context = EXAMPLES["appointment_booked"] | {"name": name}
    return fresh(make_email("appointment_booked", **context, **fields))


def test_an_email_waits_with_its_text_rendered():
    email = booked(about="appointment:1")
    assert (email.status, email.attempts, email.about) == (EmailStatus.WAITING, 0, "appointment:1")
    assert email.subject == "Your appointment on Tuesday, November 12 at 2:30 pm Central Time"
    assert "Hello Grace," in email.text
    assert "Hello Grace," in email.html


def test_a_key_that_was_written_before_writes_and_drops_nothing():
    first = make_email(key="same", about="visit:1")
    again = outbox.enqueue(
        "mail_test", key="same", to="x@example.org", about="visit:1", overtakes=True
    )
    assert again is None
    [row] = OutgoingEmail.objects.all()
    assert (row.pk, row.to, row.status) == (first.pk, "grace@example.org", EmailStatus.WAITING)


def test_a_known_key_leaves_the_callers_transaction_usable():
    with transaction.atomic():
        make_email(key="same")
        assert outbox.enqueue("mail_test", key="same", to="x@example.org") is None
        make_email(key="other")
    assert OutgoingEmail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_owes_no_email(monkeypatch):
    handed_over: list[int] = []
    monkeypatch.setattr(broker, "publish", lambda task, pk, **_: handed_over.append(pk))
    with transaction.atomic():
        make_email()
        transaction.set_rollback(True)
    assert not OutgoingEmail.objects.exists()
    assert handed_over == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_hears_of_an_email_only_after_the_commit(monkeypatch):
    handed_over: list[int] = []
    monkeypatch.setattr(broker, "publish", lambda task, pk, **_: handed_over.append(pk))
    with transaction.atomic():
        email = make_email()
        assert handed_over == []
    assert handed_over == [email.pk]


def test_enqueuing_is_one_write(practice):
    make_email()
    with CaptureQueriesContext(connection) as queries:
        make_email()
    asked = [query["sql"].split()[0] for query in queries]
    assert asked == ["SELECT", "INSERT"]  # the practice, which the mail names


def test_the_message_id_follows_from_the_key_and_does_not_tell_it():
    ids = {
        make_email(key=key).message_id for key in ("appointment-booked:1", "appointment-booked:2")
    }
    assert len(ids) == 2
    assert all("booked" not in one and one.endswith("@example.org>") for one in ids)
    OutgoingEmail.objects.all().delete()
    assert make_email(key="appointment-booked:1").message_id in ids


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O'Hara & <b>Söhne</b>",
        "🌿",
        "שָׁלוֹם",
        "A\r\nBcc: all@example.org",
        "A\n\nB",
        "A\0B\ud800",
    ],
)
def test_any_name_makes_a_mail_with_the_right_headers(name):
    message = build(booked(name=name)).message()
    assert message["To"] == "grace@example.org"
    assert message["Bcc"] is None


def test_text_is_not_escaped_and_html_is():
    email = booked(name='O\'Hara & "Sons"')
    assert 'Hello O\'Hara & "Sons",' in email.text
    assert "Hello O&#x27;Hara &amp; &quot;Sons&quot;," in email.html


@pytest.mark.parametrize(
    "to", ["", "not an address", "ä@example.org", "a" * 400 + "@b.example", "\0"]
)
def test_an_address_that_cannot_work_does_not_stop_the_caller(to):
    assert make_email(to=to).status == EmailStatus.WAITING


def test_an_address_keeps_its_letters():
    assert make_email(to=" Grace.OHara@Example.ORG ").to == "Grace.OHara@Example.ORG"


def test_a_template_that_is_not_there_is_an_error():
    with pytest.raises(TemplateDoesNotExist):
        outbox.enqueue("no_such_mail", key="k", to="a@example.org")


def test_a_text_without_a_subject_is_an_error(settings, tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "bare.txt").write_text("Hello\n")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    with pytest.raises(ValueError, match="Subject"):
        outbox.enqueue("bare", key="k", to="a@example.org")
