"""One of everything that the admin shows, of people whose names appear nowhere else."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from appointments.emails import visit_emails
from appointments.models import (
    Appointment,
    Consent,
    ConsentText,
    InsurancePlan,
    StatePage,
    Status,
)
from articles.models import Comment, Feedback, ImageAsset, Redirect, Synonym
from core.api import keys
from core.mail.models import OutgoingEmail
from core.people import email_addresses
from core.webhooks import outbox
from messaging.models import MessagingRules, ReplyTemplate
from newsletter.models import Delivery, Event, Subscriber
from newsletter.subscription import confirm, signup
from tests.articles.factories import make_article
from tests.contact.sending import make_request
from tests.core.sms.factories import agree, make_failed_text
from tests.core.webhooks.factories import make_endpoint
from tests.factories import (
    make_appointment,
    make_entry,
    make_extra_hours,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)
from tests.messaging.writing import make_thread
from tests.newsletter.factories import make_consent_text, make_topic
from tests.newsletter.issues import make_issue
from tests.pages.factories import make_testimonial, make_text_page
from tests.payments.paying import make_books
from tests.visits.intake_steps import make_documents
from visits.intake import answers, signatures
from visits.models import ConsentDocument, IntakePlan

HOUR = timedelta(hours=1)


@dataclass
class Person:
    """Whoever reads one of `words` on a page has seen one of `records`, and the trail says so."""

    words: set[str]
    records: set[tuple[str, str]] = field(default_factory=set)

    def has(self, *rows: Model) -> None:
        self.records |= {(row._meta.label_lower, str(row.pk)) for row in rows}

    def on(self, page: str) -> bool:
        return any(word in page for word in self.words)


@dataclass
class World:
    people: list[Person]
    visits: list[Appointment]

    def on(self, page: str) -> list[Person]:
        return [person for person in self.people if person.on(page)]


def make_world() -> World:
    one, other = make_provider(), make_provider()
    service = make_service(providers=[one, other])
    visits = [
        make_appointment(
            service=service,
            provider=one,
            patient=make_patient(last_name=f"Quillon{nth}", email=f"quillon{nth}@example.org"),
            **values,
        )
        for nth, values in enumerate(_visits())
    ]
    make_appointment(  # somebody's second, in the series of the first
        service=service,
        provider=one,
        patient=visits[0].patient,
        starts_at=monday("10:00", weeks=3),
        series=visits[0].series,
    )
    make_hold(service=service, provider=other, starts_at=monday("16:00"))
    make_time_off(other, monday(weeks=5).date())
    InsurancePlan.objects.create(page=StatePage.objects.create(state="TN"), name="Example Mutual")
    make_extra_hours(other, monday(weeks=6).date())
    _answer(visits[2])
    make_books(visits[3])
    people = [_with_all(visit) for visit in visits]
    people += [_waiting(service), *_readers(), *_commenters(), _writer(), _asking()]
    make_testimonial()
    make_text_page()
    keys.make("Our web site", ["slots:read"])
    outbox.publish_test(make_endpoint())
    people.append(_texted())
    return World(people, visits)


def _visits() -> list[dict]:
    now = timezone.now()
    return [
        {"starts_at": monday("10:00", weeks=2), "series": uuid4()},
        {"starts_at": monday("11:00")},
        {"starts_at": now - timedelta(minutes=5)},
        {"starts_at": now - timedelta(days=3), "status": Status.COMPLETED},
        {"starts_at": monday("13:00"), "status": Status.HELD, "held_until": now + HOUR},
    ]


def _answer(visit: Appointment) -> None:
    """What a patient has answered and signed, with a red task; and what a service asks."""
    make_documents()
    answers.save(visit, "phq-9", {"better_off_dead": "1"})
    document = ConsentDocument.current("records")
    assert document is not None
    signatures.sign(visit, document, name="Quillon", signer="patient", page="visits:form")
    IntakePlan.objects.create(service=visit.service, forms=["phq-9", "records"])


def _with_all(visit: Appointment) -> Person:
    patient = visit.patient
    assert patient is not None
    visit_emails.booked(visit)
    for text in ConsentText.current():
        Consent.objects.create(
            text=text,
            appointment=visit,
            given=timezone.now(),
            page="x",
            address_hash=email_addresses.keyed_hash(visit.email),
        )
    person = Person({patient.last_name, patient.email})
    person.has(patient, *Appointment.objects.filter(patient=patient))
    person.has(*Consent.objects.filter(appointment=visit))
    person.has(*OutgoingEmail.objects.filter(to=patient.email))
    return person


def _waiting(service) -> Person:
    entry = make_entry(service=service, last_name="Quenby", email="quenby@example.org")
    person = Person({"Quenby", "quenby@example.org"})
    person.has(entry)
    return person


def _texted() -> Person:
    number = "+16155550188"
    agree(number)
    person = Person({number})
    person.has(make_failed_text(number))
    return person


def _writer() -> Person:
    person = Person({"Quennell"})
    person.has(make_request(name="Quennell", email="quennell@example.org"))
    return person


def _asking() -> Person:
    """Who has written inside, with words of danger; rules and a template of answers."""
    MessagingRules.objects.get_or_create(pk=1)
    ReplyTemplate.objects.create(name="Morning", text="Good day {name}.")
    patient = make_patient(last_name="Quarles", email="quarles@example.org")
    thread = make_thread(patient, text="I want to die")
    person = Person({"Quarles", "quarles@example.org"})
    person.has(patient, thread)
    return person


def _readers() -> list[Person]:
    make_consent_text()
    make_topic()
    issue, people = make_issue(), []
    for nth in range(2):
        email = f"quirin{nth}@example.org"
        signup.sign_up(email, page="pages:about", network="198.51.100.4")
        mail = OutgoingEmail.objects.get(to=email)
        if nth == 0:
            token = mail.text.partition("/confirm/")[2].partition("/")[0]
            reader = confirm.confirm(token)
            Event.objects.create(
                source="x", event_id="1", kind="deferred", subscriber=reader, why="4"
            )
            Delivery.objects.create(
                issue=issue,
                subscriber=reader,
                due_at=timezone.now(),
                domain="example.org",
                status="uncertain",
                reason="The worker stopped.",
            )
        person = Person({email})
        person.has(*OutgoingEmail.objects.filter(to=email))
        person.has(*Subscriber.objects.filter(email=email))
        for model in ("consent", "confirmation"):
            person.has(
                *_of_newsletter(model).filter(address_hash=email_addresses.keyed_hash(email))
            )
        people.append(person)
    return people


def _of_newsletter(name: str):
    return apps.get_model("newsletter", name)._default_manager


def _commenters() -> list[Person]:
    article = make_article()
    Redirect.objects.create(path="/articles/old/", article=article)
    Synonym.objects.create(name="dope", means="opioids")
    Feedback.objects.create(article=article, helpful=True, day=timezone.now().date())
    ImageAsset.objects.create(file="articles/x.jpg", width=800, height=600, alt="A table")
    people = []
    for nth, status in enumerate(["held", "approved"]):
        comment = Comment.objects.create(
            article=article,
            name=f"Quincy{nth}",
            email=f"quincy{nth}@example.org",
            text="Thank you.",
            status=status,
            created_at=timezone.now(),
        )
        person = Person({f"Quincy{nth}"})
        person.has(comment)
        people.append(person)
    return people
