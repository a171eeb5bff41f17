"""What a stranger does with somebody's address takes nothing away from its owner."""

import re

import pytest
from django.test import Client

from appointments import links as visit_links
from appointments.booking import returning_patient
from appointments.models import Appointment, ConsentText, EntryStatus, WaitlistEntry
from appointments.waitlist import entries, links
from core.mail import delivery
from core.mail.models import EmailStatus, OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import make_appointment, make_patient, make_provider, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
VICTIM = "victim@example.org"
STRANGER, OWNER = {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(autouse=True)
def _as_it_comes(settings):
    """The limits of a site as it comes, but for the work that would be asked of the stranger."""
    settings.LIMITS = settings.LIMITS | {
        "links": "20/hour",
        "waitlist": "20/day",
        "links_easily": "99/hour",
        "links_per_address": "99/hour",
        "waitlist_easily": "99/hour",
        "waitlist_per_address": "99/day",
    }


@pytest.fixture
def service():
    provider = make_provider(hours="")
    return make_service(slug="again", providers=[provider])


def join(service, who: dict, **typed):
    texts = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    sent = booking_steps.DETAILS | texts | {"zone": "America/Chicago", "email": VICTIM} | typed
    return Client(**who).post(f"/book/tn/{service.slug}/waitlist/", sent)


def newest(template: str) -> OutgoingEmail:
    """The newest mail to the victim that was sent or will be."""
    mails = OutgoingEmail.objects.filter(to=VICTIM, template=template)
    return mails.exclude(status=EmailStatus.DROPPED).latest("pk")


def path_in(email: OutgoingEmail) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", email.text)[1]


def send_what_waits() -> None:
    for email in OutgoingEmail.objects.filter(status=EmailStatus.WAITING):
        delivery.deliver(email.pk)


# ── the waitlist ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("posts", [5, 12])
@pytest.mark.parametrize("sent", [False, True], ids=["in the queue", "sent meanwhile"])
def test_however_many_places_a_stranger_makes_the_owner_gets_one(service, posts, sent):
    for nth in range(posts):
        assert join(service, STRANGER, first_name=f"Eve{chr(97 + nth)}").status_code == 200
        if sent:
            send_what_waits()
    answer = join(service, OWNER, first_name="Victoria")
    assert answer.status_code == 200
    mine = WaitlistEntry.objects.get(first_name="Victoria")
    mail = newest("waitlist_joined")
    assert path_in(mail) == links.page(mine)
    visitor = in_process(Client(**OWNER))
    page = visitor.press(visitor.get(path_in(mail)), "Yes, keep watch for this")
    assert "You are on the waitlist, Victoria." in page.text
    assert WaitlistEntry.objects.get(pk=mine.pk).is_waiting


def test_what_a_stranger_asks_after_the_owner_hides_the_owners_place_from_nobody(service):
    for nth in range(4):
        join(service, STRANGER, first_name=f"Eve{chr(97 + nth)}")
    join(service, OWNER, first_name="Victoria")
    for nth in range(4):
        join(service, STRANGER, first_name=f"Mallory{chr(97 + nth)}")
    page = in_process(Client(**OWNER)).get(path_in(newest("waitlist_joined")))
    assert links.page(WaitlistEntry.objects.get(first_name="Victoria")) in page.text


def test_the_page_promises_no_more_than_is_true_and_tells_nothing(service):
    pages = []
    for nth in range(6):
        html = join(service, STRANGER, first_name=f"Eve{chr(97 + nth)}").content.decode()
        pages.append(html)
    assert len(set(pages)) == 1
    assert "keep watch" not in pages[0]
    assert "If you are on the list already" in pages[0]


def test_a_place_that_was_only_asked_about_is_offered_nothing(service):
    for nth in range(5):
        join(service, STRANGER, first_name=f"Eve{chr(97 + nth)}")
    asked = WaitlistEntry.objects.get(status=EntryStatus.ASKED)
    assert asked not in WaitlistEntry.objects.waiting(asked.agreed_at)
    assert entries.leave(asked) is False
    assert Client().post(links.page(asked).replace(".", ".x") + "keep/").status_code == 404


# ── lost links and proofs ─────────────────────────────────────────────────────


@pytest.fixture
def returning():
    service = make_service(slug="back", audience="returning", proof_required=True)
    visit = make_appointment(
        service=make_service(), patient=make_patient(email=VICTIM), starts_at=monday()
    )
    return service, visit


@pytest.mark.parametrize("first", ["/appointments/lost-link/", "/book/tn/back/proof/"])
@pytest.mark.parametrize("sent", [False, True], ids=["in the queue", "sent meanwhile"])
def test_lost_links_and_proofs_of_a_stranger_leave_the_owner_both(returning, first, sent):
    _, visit = returning
    for _ in range(12):
        assert Client(**STRANGER).post(first, {"email": VICTIM}).status_code == 200
        if sent:
            send_what_waits()
    owner = Client(**OWNER)
    for path in ("/appointments/lost-link/", "/book/tn/back/proof/"):
        assert owner.post(path, {"email": VICTIM}).status_code == 200
    assert path_in(newest("lost_link")) == visit_links.page(visit)
    proof = path_in(newest("email_proof"))
    assert owner.get(proof).status_code == 200


def test_a_mail_with_a_proof_that_still_holds_is_there_while_the_next_one_waits(returning):
    for _ in range(8):
        Client(**STRANGER).post("/book/tn/back/proof/", {"email": VICTIM})
        for email in OutgoingEmail.objects.filter(template="email_proof", status="waiting"):
            assert email.due_at - email.created_at <= returning_patient.VALID_FOR / 2
        send_what_waits()


def test_other_spellings_that_a_stranger_types_cost_the_owner_a_little_work_and_no_mail(
    returning, settings
):
    settings.LIMITS = settings.LIMITS | {"links_per_address": "6/hour"}
    for nth in range(8):
        email = VICTIM.replace("@", f"+{nth}@")
        Client(**STRANGER).post("/appointments/lost-link/", {"email": email})
    asked = Client(**OWNER).post("/appointments/lost-link/", {"email": VICTIM})
    assert asked.status_code == 429
    assert b'id="puzzle"' in asked.content, "and then the mail goes"


# ── booking ───────────────────────────────────────────────────────────────────


def test_visits_that_a_stranger_books_for_an_address_keep_its_owner_from_nothing():
    service = make_service()
    visitors = [in_process(Client(**who)) for who in (STRANGER,) * 6 + (OWNER,)]
    for nth, visitor in enumerate(visitors):
        page = booking_steps.hold_time(visitor, service, monday(f"{9 + nth}:00".rjust(5, "0")))
        assert booking_steps.fill_in(visitor, page, email=VICTIM).status == 200
    assert Appointment.objects.filter(email=VICTIM, patient__isnull=False).count() == 7
    last = Appointment.objects.get(starts_at=monday("15:00"))
    assert OutgoingEmail.objects.filter(about=f"appointment:{last.pk}").exists()
