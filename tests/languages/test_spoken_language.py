"""The language in which somebody acted is kept, and each mail to them is in it."""

from datetime import date

import pytest
from django.conf import settings
from django.utils import translation

from appointments import links
from appointments.booking import spoken_language, visits
from appointments.models import Appointment, Consent, ConsentText, Patient
from core.languages.speaking import speaking
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_patient, make_provider, make_service, monday
from tests.newsletter.factories import make_consent_text
from tests.visitor import in_process

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    return in_process()


def book_in_spanish(visitor, **answers):
    service = make_service(providers=[make_provider(email="doctor@example.org")])
    form = visitor.get("/es/appointments/lost-link/").form_with("csrfmiddlewaretoken")
    sent = {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"]}
    slot = booking_steps.slot(monday())
    page = visitor.post(f"/es/book/tn/{service.slug}/", sent | {"slot": slot})
    with speaking("es"):
        press = translation.gettext("Book this visit")
    return visitor.submit(page, press=press, **booking_steps.DETAILS | answers)


def links_in(email: OutgoingEmail) -> list[str]:
    words = email.text.split()
    return [w.removeprefix(settings.SITE_URL) for w in words if w.startswith(settings.SITE_URL)]


def test_who_books_in_spanish_is_written_to_in_spanish_and_the_provider_in_english(visitor):
    page = book_in_spanish(visitor)
    assert page.path.startswith("/es/book/done/")
    visit = Appointment.objects.get()
    assert (visit.language, visit.patient.language) == ("es", "es")
    to_patient = OutgoingEmail.objects.get(template="appointment_booked")
    assert 'lang="es"' in to_patient.html
    assert all(path.startswith("/es/appointments/") for path in links_in(to_patient))
    to_provider = OutgoingEmail.objects.get(template="provider_new")
    assert 'lang="en"' in to_provider.html
    assert "Central Time" in to_provider.text


def test_a_proof_of_consent_says_in_which_language_its_text_was_shown(visitor):
    newest = ConsentText.objects.filter(kind="telehealth").first()
    ConsentText.objects.create(
        kind="telehealth",
        version=newest.version + 1 if newest else 1,
        text="I agree.",
        i18n={"text_es": "Estoy de acuerdo."},
    )
    make_service()
    with speaking("es"):
        assert "Estoy de acuerdo." in [text.text_i18n for text in ConsentText.current()]
    book_in_spanish(visitor)
    assert set(Consent.objects.values_list("language", flat=True)) == {"es"}


def test_what_workers_and_staff_write_later_is_in_the_language_of_the_visit():
    visit = make_appointment(starts_at=monday(), patient=make_patient(language="es"), language="es")
    visits.cancel(visit, by="staff")
    mail = OutgoingEmail.objects.get(template="appointment_cancelled_by_us")
    assert 'lang="es"' in mail.html
    assert not [path for path in links_in(mail) if not path.startswith("/es/")]


def test_who_presses_a_button_in_another_language_is_written_to_in_that(client):
    visit = make_appointment(starts_at=monday(), patient=make_patient())
    client.get(f"/es{links.page(visit, 'cancel')}")
    assert Appointment.objects.get().language == "en"  # looking changes nothing
    client.post(f"/es{links.page(visit, 'cancel')}", {"reason": ""})
    assert Appointment.objects.get().language == "es"
    assert 'lang="es"' in OutgoingEmail.objects.get(template="appointment_cancelled").html


def test_a_stranger_who_types_somebodys_name_changes_no_record(visitor):
    known = make_patient(
        first_name="Grace",
        last_name="Whitfield",
        birth_date=date(1988, 4, 17),
        email="grace@example.org",
    )
    book_in_spanish(visitor)
    visit = Appointment.objects.get()
    assert (visit.patient_id, visit.language) == (known.pk, "es")
    assert Patient.objects.get().language == "en"


def test_staff_say_what_a_patient_speaks_for_all_that_is_ahead():
    patient = make_patient()
    visit = make_appointment(starts_at=monday(), patient=patient)
    spoken_language.choose(patient, "es")
    visit.refresh_from_db()
    assert (visit.language, Patient.objects.get().language) == ("es", "es")


def test_a_link_that_was_lost_comes_in_the_language_in_which_it_was_asked_for(client):
    make_appointment(starts_at=monday(), patient=make_patient(email="grace@example.org"))
    client.post("/es/appointments/lost-link/", {"email": "grace@example.org"})
    mail = OutgoingEmail.objects.get(template="lost_link")
    assert 'lang="es"' in mail.html
    assert all(path.startswith("/es/") for path in links_in(mail))


def test_who_signs_up_in_spanish_confirms_in_spanish(client):
    make_consent_text()
    client.post(
        "/es/newsletter/subscribe/",
        {"email": "reader@example.org"},
        headers={"origin": settings.SITE_URL},
    )
    mail = OutgoingEmail.objects.get(template="newsletter_confirm")
    assert 'lang="es"' in mail.html
    assert all(path.startswith("/es/newsletter/confirm/") for path in links_in(mail))


def test_staff_see_and_choose_what_a_patient_speaks():
    front_desk = signed_in("front desk")
    visit = make_appointment(starts_at=monday(), patient=make_patient(language="es"), language="es")
    patient = visit.patient
    page = front_desk.get(f"/admin/appointments/appointment/{visit.pk}/change/")
    assert "Español" in page.text
    assert "Español" in front_desk.get(f"/admin/appointments/patient/{patient.pk}/change/").text
    sent = {
        "first_name": patient.first_name,
        "last_name": patient.last_name,
        "birth_date": patient.birth_date.strftime("%m/%d/%Y"),
        "email": patient.email,
        "phone": str(patient.phone),
        "language": "en",
    }
    front_desk.post(f"/admin/appointments/patient/{patient.pk}/change/?edit=1", sent)
    visit.refresh_from_db()
    assert visit.language == "en"
