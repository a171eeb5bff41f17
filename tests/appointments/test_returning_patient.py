"""Lost links, and proof of a returning patient: every address gets the same answer and one mail."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.booking import moves, visits
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment
from appointments.scheduling.states import STATES
from core.mail.models import OutgoingEmail
from tests.factories import make_appointment, make_provider, make_service, monday

pytestmark = pytest.mark.django_db
TENNESSEE = STATES["TN"]


def mailed_path() -> str:
    text = OutgoingEmail.objects.latest("pk").text
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def shape(client, address: str, email: str):
    """What a stranger could compare: status, page, and the statements it took."""
    with CaptureQueriesContext(connection) as queries:
        response = client.post(address, {"email": email})
    statements = [re.sub(r"'[^']*'", "…", query["sql"])[:40] for query in queries]
    return response.status_code, response.content.decode().replace(email, ""), statements


@pytest.fixture
def returning():
    return make_service(audience="returning", proof_required=True)


@pytest.mark.parametrize("where", ["lost_link", "email_proof"])
def test_a_known_and_an_unknown_address_get_the_same_answer(client, returning, where):
    known = make_appointment(service=make_service())
    path = [TENNESSEE, returning.slug] if where == "email_proof" else []
    address = reverse(f"appointments:{where}", args=path)
    client.post(address, {"email": "warm.up@example.org"})
    assert shape(client, address, known.email) == shape(client, address, "nobody1@example.org")
    assert OutgoingEmail.objects.count() == 3


def test_a_lost_link_is_mailed_and_opens_the_next_visit(client):
    later = make_appointment(starts_at=monday(weeks=2))
    sooner = make_appointment(patient=later.patient, starts_at=monday())
    client.post(reverse("appointments:lost_link"), {"email": later.email.upper()})
    assert mailed_path() == links.page(sooner)
    assert links.page(later) in client.get(mailed_path()).content.decode()


def test_asking_again_and_again_is_one_mail_that_waits_and_answers_the_same(client):
    answers = {
        client.post(reverse("appointments:lost_link"), {"email": "a@example.org"}).content
        for _ in range(6)
    }
    assert len(answers) == 1
    assert OutgoingEmail.objects.filter(status="waiting").count() == 1


def test_a_service_for_returning_patients_asks_for_proof_before_it_shows_times(client, returning):
    times = reverse("appointments:choose_time", args=[TENNESSEE, returning.slug])
    proof = reverse("appointments:email_proof", args=[TENNESSEE, returning.slug])
    assert client.get(times).url == proof
    assert client.post(times, {"slot": monday().strftime("%Y-%m-%dT%H:%MZ")}).url == proof
    known = make_appointment(service=make_service())
    client.post(proof, {"email": known.email})
    link = mailed_path()
    assert client.get(link).status_code == 200
    assert client.get(times).status_code == 302, "opening the link proves nothing by itself"
    assert client.post(link).url == times
    assert client.get(times).status_code == 200


def test_who_was_chosen_is_still_chosen_after_the_proof(client, returning):
    """Through the page, the mail and its button; a name that is nobody's is in no mail."""
    ida = make_provider(name="Ida Berg", slug="ida", states=["TN"])
    returning.providers.add(ida)
    known = make_appointment(service=make_service())
    times = reverse("appointments:choose_time", args=[TENNESSEE, returning.slug])
    proof = reverse("appointments:email_proof", args=[TENNESSEE, returning.slug])
    asks = client.get(f"{times}?with=ida").url
    assert asks == f"{proof}?with=ida"
    assert (
        reverse("appointments:choose_service", args=[TENNESSEE]) + "?with=ida"
        in client.get(asks).text
    )
    client.post(asks, {"email": known.email})
    link = mailed_path()
    assert client.post(link).url == f"{times}?with=ida"
    line = reverse("appointments:waitlist_join", args=[TENNESSEE, returning.slug])
    client.cookies.clear()
    assert client.get(f"{line}?with=ida").url == f"{proof}?with=ida"
    client.post(f"{proof}?with=call-1-900-555", {"email": "somebody@example.org"})
    assert "900" not in OutgoingEmail.objects.latest("pk").text


@pytest.mark.parametrize(
    ("status", "is_returning"),
    [
        *(("booked", True), ("checked_in", True), ("completed", True)),
        *(("cancelled", False), ("no_show", False), ("released", False), ("expired", False)),
    ],
)
def test_who_only_ever_cancelled_is_no_returning_patient(client, returning, status, is_returning):
    visit = make_appointment(service=make_service(), starts_at=monday(weeks=-2), status=status)
    proof = reverse("appointments:email_proof", args=[TENNESSEE, returning.slug])
    client.post(proof, {"email": visit.email})
    mail = OutgoingEmail.objects.latest("pk").text
    links_to_go_on = re.findall(rf"https?://[^/\s]+({proof}\S+)", mail)
    assert len(links_to_go_on) == is_returning
    for link in links_to_go_on:
        client.post(link)
    times = client.get(reverse("appointments:choose_time", args=[TENNESSEE, returning.slug]))
    assert times.status_code == (200 if is_returning else 302)


def test_a_proof_ends_after_two_hours_and_cannot_be_made_up(client, returning):
    known = make_appointment(service=make_service())
    client.post(
        reverse("appointments:email_proof", args=[TENNESSEE, returning.slug]),
        {"email": known.email},
    )
    link = mailed_path()
    assert client.get(link[:-3] + "xy/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        assert client.get(link).status_code == 404


def test_past_the_cut_off_a_visit_is_changed_by_phone_only(client):
    service = make_service(cutoff_hours=24)
    soon = make_appointment(
        service=service, starts_at=timezone.now().replace(microsecond=0) + timedelta(hours=5)
    )
    assert b"please call us" in client.get(links.page(soon)).content
    for step in ("cancel", "reschedule"):
        assert client.get(links.page(soon, step)).status_code == 302
        assert client.post(links.page(soon, step), {"slot": "x"}).status_code == 302
    soon.refresh_from_db()
    assert soon.status == "booked"


def test_past_the_cut_off_the_workflow_itself_changes_nothing_for_the_patient():
    """Whoever calls it: a page that was shown before the cut-off, or one that forgot to look."""
    service = make_service(cutoff_hours=24, notice_hours=0)
    soon = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=23)
    visit, later = make_appointment(service=service, starts_at=soon), monday("15:00")
    for change in (
        lambda: visits.cancel(visit),
        lambda: moves.move(visit, provider=None, starts_at=later),
        lambda: moves.move(visit, provider=None, starts_at=later, proved=True, beside=[]),
        lambda: moves.move(visit, provider=visit.provider, starts_at=visit.starts_at),
    ):
        with pytest.raises(NotChangeable):
            change()
    visit.refresh_from_db()
    assert (visit.status, visit.starts_at) == ("booked", soon)
    assert not OutgoingEmail.objects.exists()
    visits.cancel(visit, by="staff: Robin Example")
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_an_old_link_says_what_happened(client):
    old = make_appointment(starts_at=timezone.now() - timedelta(days=40))
    response = client.get(links.page(old))
    assert response.status_code == 410
    assert b"This visit was a while ago" in response.content
    assert old.patient.first_name.encode() not in response.content


def test_changing_a_service_later_changes_no_booked_visit(client):
    service = make_service(minutes=30, buffer_after=10, price_cents=9900)
    visit = make_appointment(service=service, price_cents=9900)
    service.minutes, service.buffer_after, service.price_cents = 60, 0, 100
    service.save()
    slot = monday("15:00").strftime("%Y-%m-%dT%H:%MZ")
    client.post(links.page(visit, "reschedule"), {"slot": slot})
    visit = Appointment.objects.get(pk=visit.pk)
    assert visit.starts_at == monday("15:00")
    assert visit.minutes == 30
    assert visit.blocked.upper - visit.ends_at == timedelta(minutes=10)
    assert visit.price_cents == 9900
