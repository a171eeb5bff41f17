"""Which addresses are taken, which are one mailbox, and which spelling never changes."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from appointments.models import Appointment, ConsentText, Patient, WaitlistEntry
from articles.models import Comment
from core.mail import delivery, outbox
from core.mail.models import EmailStatus, OutgoingEmail
from core.people.email_addresses import keyed_hash, mailbox, normalized, validate_address
from core.staff.models import User
from newsletter.delivery.mime import InvalidAddress, smtp_address
from tests.appointments import booking_steps
from tests.articles.factories import make_article
from tests.core.staff.people import make_manager, sign_in
from tests.factories import make_patient, make_provider, make_service, monday

pytestmark = pytest.mark.django_db

GOOD = [
    *("grace@example.org", "g.r+x@example.org", "o'hara@mail.example.org", "x_y-z@example.co.uk"),
    *("grace@exämple.org", "a@xn--bcher-kva.example"),
]
BAD = [
    *("x@localhost", "x@host", "a@[127.0.0.1]", "a@127.0.0.1", "a@[IPv6:::1]", "a@１２７.0.0.1"),
    *("a@foo.localhost", "a@mail.local", "a@db.internal", "a@x.onion", "a@1.0.0.127.in-addr.arpa"),
    *('"a\x01b"@example.org', '"a b"@example.org', '"a\nb"@example.org', '"<b>"@example.org'),
    *("a@example.org\n.x", "a\r@example.org", "a@exa\x01mple.org", "a@b@example.org"),
    *("jörg@example.org", "gra\u017fe@example.org", "\u212aate@example.org"),
    *("x" * 65 + "@example.org", "a@" + "x" * 64 + ".org", "a@example.org,b@example.org"),
]


@pytest.mark.parametrize("email", GOOD)
def test_an_address_that_mail_can_reach_passes(email):
    validate_address(email)


@pytest.mark.parametrize("email", BAD)
def test_an_address_that_leads_elsewhere_is_refused(email):
    with pytest.raises(ValidationError):
        validate_address(email)


@pytest.mark.parametrize(
    "spelling",
    [
        *("grace.ohara@gmail.com", "GraceOHara@GMAIL.com", "g.r.a.c.e.ohara+visit@googlemail.com"),
        *(" graceohara+1@gmail.com ", "graceohara+1+2@gmail.com"),
    ],
)
def test_spellings_of_one_mailbox_are_counted_as_one(spelling):
    assert mailbox(spelling) == "graceohara@gmail.com"


def test_a_domain_in_its_own_letters_is_counted_with_its_ascii_form():
    assert mailbox("a+x@Bücher.example") == mailbox("A@xn--bcher-kva.example")
    assert mailbox("a@mail。example.org") == mailbox("a@mail.example.org")


def test_dots_count_where_they_mean_something():
    assert mailbox("g.race@example.org") != mailbox("grace@example.org")


def test_the_spelling_that_proofs_stand_on_stays_as_it_was(settings):
    settings.ADDRESS_KEY = "a" * 50
    assert normalized(" Grace.O+x@Gmail.COM ") == "grace.o+x@gmail.com"
    assert keyed_hash("Grace.O+x@Gmail.com") == (
        "0811f7d3ac86efb652c102dbcbb0805d99bc32b6463dc6331199d7f6e98232ca"
    )


# ── every form that takes one ─────────────────────────────────────────────────

WORDS = ["Write the whole address", "This address is not complete", "should read like name@"]
SOME = ["x@localhost", "a@[127.0.0.1]", '"a\x01b"@example.org', '"a\nb"@example.org', "a@host"]


@pytest.mark.parametrize("email", SOME)
def test_every_public_form_refuses_it_beside_the_field(client, email):
    make_service(slug="first-visit", audience="returning", proof_required=True)
    make_service(slug="other")
    held = client.post("/book/tn/other/", {"slot": booking_steps.slot(monday())}).url
    texts = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    typed = booking_steps.DETAILS | texts | {"email": email, "zone": "America/Chicago"}
    comments = reverse("articles:comments", args=[make_article().slug])
    for path, sent in (
        (held, typed),
        ("/book/tn/other/waitlist/", typed),
        (reverse("appointments:lost_link"), {"email": email}),
        ("/book/tn/first-visit/proof/", {"email": email}),
        (comments, {"name": "Ada", "text": "Thanks", "email": email}),
        (reverse("newsletter:subscribe"), {"email": email}),
        (reverse("account_reset_password"), {"email": email}),
    ):
        response = client.post(path, sent, headers={"sec-fetch-site": "same-origin"})
        assert response.status_code == 200, path
        html = response.content.decode()
        assert any(words in html for words in WORDS), path
    for model in (Patient, WaitlistEntry, Comment, OutgoingEmail):
        assert not model.objects.exists()


@pytest.mark.parametrize("email", SOME[:3])
def test_every_form_of_staff_refuses_it_beside_the_field(client, email):
    sign_in(client, make_manager())
    patient, provider = make_patient(), make_provider()
    service = make_service(providers=[provider])
    who = {"first_name": "A", "last_name": "B", "birth_date": "1988-04-17", "phone": "6155550117"}
    book = f"{reverse('admin:appointments_appointment_book')}?service={service.pk}&state=TN"
    for path, sent in (
        (reverse("admin:appointments_patient_change", args=[patient.pk]), who | {"email": email}),
        (reverse("admin:appointments_provider_change", args=[provider.pk]), {"email": email}),
        (reverse("admin:staff_user_add"), {"name": "Kim", "email": email, "is_active": "on"}),
        (book, who | {"email": email}),
        (reverse("admin:mail_outgoingemail_test"), {"to": email}),
    ):
        html = client.post(path, sent).content.decode()
        assert "Write the whole address" in html, path
    patient.refresh_from_db()
    assert patient.email != email
    assert User.objects.count() == 1
    assert not Appointment.objects.exists()


# ── the last door ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("email", SOME)
def test_no_server_is_given_an_address_that_was_stored_before(email):
    row = outbox.enqueue("mail_test", key="k", to=email)
    delivery.deliver(row.pk)
    row.refresh_from_db()
    assert (row.status, row.last_error) == (EmailStatus.FAILED, "This is not an e-mail address.")


@pytest.mark.parametrize("email", BAD)
def test_no_letter_goes_to_an_address_that_was_stored_before(email):
    with pytest.raises(InvalidAddress):
        smtp_address(email)
