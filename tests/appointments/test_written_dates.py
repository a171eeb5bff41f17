"""A birth date is read in every spelling that says one day, and refused where it could say two."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from appointments.forms import written_dates
from appointments.forms.fields import BirthDateField
from appointments.models import Appointment
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.factories import make_patient, make_service, monday

SECOND = date(1988, 1, 2)
TWELFTH = date(1988, 1, 12)
TODAY = date(2026, 11, 26)
SENTENCE = "Write the date as month, day and year"


@pytest.mark.parametrize(
    "typed",
    [
        *("01021988", "1/2/1988", "01/02/1988", "1-2-1988", "1.2.1988", "1 2 1988", "1‑2‑1988"),
        *("1988-01-02", "1988/1/2", "19880102", "January 2, 1988", "jan 2 1988", "Jan. 2nd, 1988"),
        *(
            "2 January 1988",
            "2-Jan-1988",
            "02JAN1988",
            " 1/2/1988 ",
            "１/２/１９８８",
            "2nd of January 1988",
            "1/2/88",
            "Jan 2 '88",
        ),
    ],
)
def test_every_spelling_of_one_day_is_taken(typed):
    assert BirthDateField().clean(typed) == SECOND


@pytest.mark.parametrize(
    "typed",
    [
        *("1121988", "112 1988", "1 121988", "112/1988", "1/121988", "010288", "1/2/15", "121988"),
        *("01/02/198", "13/13/1988", "02301988", "Ju 2 1988", "Foo 2 1988", "1988", "1/2", "0"),
        *("1/2/1988 3/4/1989", "011219880", "١١٢١٩٨٨"),
    ],
)
def test_what_could_be_two_days_or_none_is_refused_with_the_usual_sentence(typed):
    with pytest.raises(ValidationError, match=SENTENCE):
        BirthDateField().clean(typed)


@pytest.mark.parametrize(
    ("term", "days", "rest"),
    [
        ("1/2/88", [SECOND], ""),
        ("1.2.05", [date(1905, 1, 2), date(2005, 1, 2)], ""),
        ("11/27/26", [date(1926, 11, 27)], ""),
        ("O'Neal, 1/2/1988", [SECOND], "O'Neal,"),
        ("January 2, 1988 O'Neal", [SECOND], "O'Neal"),
        ("615-555-0117", [], "615-555-0117"),
        ("1121988", [], "1121988"),
        ("02/30/1988", [], "02/30/1988"),
        ("grace", [], "grace"),
    ],
)
def test_a_search_may_leave_the_century_out(term, days, rest):
    assert written_dates.find(term, TODAY) == (days, rest)


@pytest.mark.django_db
def test_seven_digits_book_nothing_and_eight_the_day_that_was_meant(client):
    service = make_service(slug="first-visit")
    held = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())}).url
    texts = client.get(held).context["form"].texts
    agreed = {f"agree_{text.kind}": str(text.pk) for text in texts} | {"zone": "America/Chicago"}
    answer = client.post(held, booking_steps.DETAILS | agreed | {"birth_date": "1121988"})
    assert SENTENCE in answer.text
    assert 'value="1121988"' in answer.text
    assert not Appointment.objects.filter(patient__isnull=False).exists()
    sent = booking_steps.DETAILS | agreed | {"birth_date": "01121988"}
    assert client.post(held, sent).status_code == 302
    assert Appointment.objects.get(service=service).patient.birth_date == TWELFTH


@pytest.mark.django_db
def test_staff_are_told_the_same(settings):
    settings.STAFF_MFA_REQUIRED = False
    desk: Client = signed_in("front desk")
    patient = make_patient()
    page = reverse("admin:appointments_patient_change", args=[patient.pk])
    data = {
        "first_name": "Grace",
        "last_name": "W",
        "email": patient.email,
        "phone": "615-555-0117",
    }
    inline = {"appointments-TOTAL_FORMS": 0, "appointments-INITIAL_FORMS": 0}
    refused = desk.post(page, data | inline | {"birth_date": "1121988"})
    assert SENTENCE in refused.text
    assert desk.post(page, data | inline | {"birth_date": "01121988"}).status_code == 302
    patient.refresh_from_db()
    assert patient.birth_date == TWELFTH
    book = reverse("admin:appointments_appointment_book")
    service = make_service()
    answer = desk.post(
        f"{book}?service={service.pk}&state=TN", booking_steps.DETAILS | {"birth_date": "1121988"}
    )
    assert SENTENCE in answer.text


@pytest.mark.django_db
def test_a_phones_keypad_has_every_sign_that_the_hint_asks_for(client):
    make_service(slug="first-visit")
    held = client.post("/book/tn/first-visit/", {"slot": booking_steps.slot(monday())}).url
    field = client.get(held).context["form"]["birth_date"]
    assert field.field.widget.attrs["inputmode"] == "numeric"  # digits, and on an iPhone no more
    [example] = [word for word in field.help_text.split() if word.isdecimal() and len(word) == 8]
    assert BirthDateField().clean(example) == date(1988, 4, 17)
    assert "/" not in field.help_text
