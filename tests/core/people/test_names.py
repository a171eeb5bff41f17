"""What can stand in a name: everybody's own, and nothing that a mail program makes a link of."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.template import Engine
from django.template.base import VariableNode
from django.urls import reverse

from appointments.models import Appointment, ConsentText, Patient, WaitlistEntry
from articles.models import Comment
from core.mail import outbox
from core.mail.models import OutgoingEmail
from core.people.form_fields import NameField
from core.people.names import validate_name
from devstack.mail_examples import EXAMPLES
from tests.appointments import booking_steps
from tests.articles.factories import make_article
from tests.core.staff.people import make_manager, make_staff, sign_in
from tests.factories import make_appointment, make_patient, make_provider, make_service, monday

REAL = [
    *("J. R. Smith", "J.R. Smith", "Jr.", "St. John", "D'Andre O'Neal", "Dr. Pat Example"),
    *("María-José", "Nguyễn", "Ng", "O’Hara", "Henry VIII", "John Smith 3rd", "Smith, Jr."),
    *("مريم الخطيب", "נועה לוי", "李", "王小明", "ジョン・スミス", "علی\u200cرضا", "எம்.ஜி. ராம்"),
    *("Gal·la", "S:ta Clara", "Kumar s/o Rajan", 'Robert "Bob" Smith', "X Æ A-12", "Zoë 🌻👩‍⚕️"),
]
LINKS = [
    *(
        "example.com",
        "EXAMPLE.COM",
        "bit.ly/x",
        "t.co/x",
        "x.com",
        "www.example",
        "www example org",
    ),
    *("http://example", "hxxp example", "hxxps://x", "ftp://x", "//x.y", "mailto:bob", "127.0.0.1"),
    *("name@host", "name＠host", "javascript:alert(1)", "example[.]com", "example(.)com"),
    *("example dot com", "пример.рф", "例子.测试", "xn--e1afmkfd.xn--p1ai", "host:8080"),
    # Full width, and the full stops of other scripts.
    *("example．com", "example。com", "example｡com", "example․com", "example۔com", "example։com"),
    *("exampleꓸcom", "example·com", "ｅｘａｍｐｌｅ．ｃｏｍ"),
    # What nobody sees between its letters.
    *("exam\u200bple.com", "example.\u200dcom", "exam\u00adple.com", "example.c\u0308om"),
    *("exam\u2060ple.com", "example\u3164.com", "exa\u034fmple.com"),
]
LINES = [
    "A\nB",
    "A\rB",
    "A\tB",
    "A\x1b[2J",
    "A\u2028B",
    "A\u2029B",
    "A\x85B",
    "\u202egnal",
    "A\u2066B",
]
OVERRIDES = ["\u202egnal", "A\u2066B"]
# Nothing to see: zero width, marks of direction, fillers, marks without a letter, signs alone.
UNSEEN = [
    *("\u200b", "\u200d\u200c", "\u200e", "\u200f\u061c", "\ufeff", "\u2060", "\u00ad", "\u3164"),
    *("\u115f\u1160", "\u2800", "\uffa0", "\u034f", "\u0301", "\ufe0f", "\u2066\u2069", "\u202e"),
    *(" \u200b ", "\u200e \u200e", "...", "-", "'", "\ue000"),
]
MARKUP = ["<b>Grace</b>", "{{ 7|add:7 }}", "[Grace](x)"]
NUMBERS = ["call 1-800-555-0100", "٥٥٥٠١٠٠ Grace"]


@pytest.mark.parametrize("name", REAL)
def test_real_names_pass(name):
    validate_name(name)


@pytest.mark.parametrize("name", LINKS + LINES + OVERRIDES + MARKUP + NUMBERS + UNSEEN)
def test_what_is_more_than_a_name_is_refused(name):
    with pytest.raises(ValidationError):
        validate_name(name)


@pytest.mark.parametrize("name", UNSEEN)
@pytest.mark.parametrize("required", [True, False])
def test_a_field_refuses_what_shows_nothing_also_where_it_may_be_empty(name, required):
    with pytest.raises(ValidationError):
        NameField(required=required).clean(name)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202egnal", "gnal"),
        ("A\u2066B\u2069", "AB"),
        ("\u202aGrace\u202c", "Grace"),
        ("\u2068مريم\u2069", "مريم"),
        ("Grace\u200e", "Grace"),
        ("\ufeff Grace \u200b", "Grace"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\u200bSukarno", "Sukarno"),
    ],
)
def test_what_turns_text_about_is_left_out_of_a_name(typed, kept):
    assert NameField().clean(typed) == kept


def test_a_link_hidden_behind_such_a_sign_is_still_a_link():
    with pytest.raises(ValidationError):
        NameField().clean("exam\u202aple.com")


# ── every form that takes a name ──────────────────────────────────────────────

SOME = ["Win at example.com", "bit．ly/x", "Grace\r\nBcc: x", "exam\u200bple.com"]
pytestmark = pytest.mark.django_db


def details(**answers) -> dict:
    texts = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    return booking_steps.DETAILS | texts | {"zone": "America/Chicago"} | answers


def refused(response, field: str, kept: str, model: type[Model]) -> None:
    html = response.content.decode()
    assert response.status_code == 200
    assert "Please write the name" in html
    assert model._default_manager.count() == 0
    assert OutgoingEmail.objects.count() == 0
    assert kept in html, "nothing typed is lost"


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("field", ["first_name", "last_name", "booked_by"])
def test_booking_and_waitlist_refuse_it_beside_the_field(client, field, name):
    service = make_service(slug="first-visit")
    held = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())}).url
    typed = details(booked_for="other", booked_by="Rosa Quist") | {field: name}
    refused(client.post(held, typed), field, "grace@example.org", Patient)
    path = f"/book/tn/{service.slug}/waitlist/"
    refused(client.post(path, typed), field, "grace@example.org", WaitlistEntry)


@pytest.mark.parametrize("name", SOME)
def test_a_comment_refuses_it_beside_the_field(client, name):
    article = make_article()
    sent = {"name": name, "text": "It helped me.", "email": ""}
    path = reverse("articles:comments", args=[article.slug])
    response = client.post(path, sent, headers={"sec-fetch-site": "same-origin"})
    refused(response, "name", "It helped me.", Comment)


@pytest.mark.parametrize("name", SOME)
def test_staff_who_book_for_somebody_are_told_beside_the_field(client, name):
    sign_in(client, make_staff("front desk"))
    service = make_service(providers=[make_provider()])
    path = reverse("admin:appointments_appointment_book")
    sent = details(
        first_name=name, slot=f"{booking_steps.slot(monday())}/{service.providers.get().pk}"
    )
    response = client.post(f"{path}?service={service.pk}&state=TN", sent)
    refused(response, "first_name", "grace@example.org", Appointment)


def test_a_patients_name_is_corrected_to_a_name_only(client):
    sign_in(client, make_staff("front desk"))
    patient = make_patient()
    path = reverse("admin:appointments_patient_change", args=[patient.pk])
    sent = {"first_name": "example.com", "last_name": "W", "birth_date": "1988-04-17"}
    response = client.post(path, sent | {"email": patient.email, "phone": "615-555-0117"})
    assert "Please write the name alone" in response.content.decode()
    patient.refresh_from_db()
    assert patient.first_name == "Grace"


@pytest.mark.parametrize("name", ["\u200b\u200e", "example.com"])
@pytest.mark.parametrize("kind", ["articles/contributor", "appointments/provider", "staff/user"])
def test_staff_give_nobody_a_name_that_is_none(client, kind, name):
    sign_in(client, make_manager())
    response = client.post(f"/admin/{kind}/add/", {"name": name})
    assert "Please write the name" in response.content.decode()


def test_a_commenter_whose_name_shows_nothing_is_told_beside_the_field(client):
    path = reverse("articles:comments", args=[make_article().slug])
    sent = {"name": "\u200b\u200e", "text": "It helped me.", "email": ""}
    response = client.post(path, sent, headers={"sec-fetch-site": "same-origin"})
    refused(response, "name", "It helped me.", Comment)


def test_one_name_is_a_full_name(client):
    service = make_service(slug="first-visit")
    held = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())}).url
    assert (
        client.post(held, details(first_name="\u202aSukarno\u202c", last_name="")).status_code
        == 302
    )
    visit = Appointment.objects.get()
    assert (visit.patient.first_name, visit.patient.last_name) == ("Sukarno", "")
    assert str(visit.patient) == visit.greeting_name == "Sukarno"
    assert OutgoingEmail.objects.get(to="grace@example.org").text.startswith("Hello Sukarno,\n")
    path = f"/book/tn/{service.slug}/waitlist/"
    assert client.post(path, details(first_name="Sukarno", last_name="")).status_code == 200
    place = WaitlistEntry.objects.get()
    assert (str(place), place.person) == ("Sukarno", visit.patient.match_key)
    sign_in(client, make_staff("front desk"))
    for model in ("patient", "appointment", "waitlistentry"):
        page = client.get(f"/admin/appointments/{model}/?q=sukarno").content.decode()
        assert ">Sukarno<" in page.replace("\n", "")


def test_nobody_is_invited_under_a_link(client):
    sign_in(client, make_manager())
    sent = {"name": "Kim example.com", "email": "kim@example.org", "is_active": "on"}
    response = client.post("/admin/staff/user/add/", sent)
    assert "Please write the name alone" in response.content.decode()
    assert not OutgoingEmail.objects.filter(to="kim@example.org").exists()


# ── the last door: what was stored before, or came another way ────────────────


@pytest.mark.parametrize("name", LINKS + LINES + OVERRIDES + MARKUP + NUMBERS)
def test_no_mail_says_it_whatever_is_stored(name):
    context = EXAMPLES["appointment_booked"] | {"name": name}
    email = outbox.enqueue("appointment_booked", key="k", to="grace@example.org", **context)
    assert email.text.startswith("Hello,\n")
    assert ">Hello,<" in email.html


def test_nobody_is_greeted_by_a_sentence():
    name = "Grace your account is closed pay now"
    visit = make_appointment(patient=make_patient(first_name=name))
    context = EXAMPLES["appointment_booked"] | {"name": visit.greeting_name}
    email = outbox.enqueue("appointment_booked", key="k", to="grace@example.org", **context)
    assert email.text.startswith("Hello Grace,\n")


def test_no_template_says_a_name_but_in_its_greeting():
    engine = Engine.get_default()
    for path in (f"mail/{name}.{kind}" for name in EXAMPLES for kind in ("txt", "html")):
        printed = engine.get_template(path).nodelist.get_nodes_by_type(VariableNode)
        assert "name" not in {str(node.filter_expression.var) for node in printed}
