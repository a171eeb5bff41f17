"""Who has signed in to their own place and written: some wait, one is answered, one is settled."""

from datetime import datetime, timedelta

from appointments.models import Appointment, Patient
from core.people import email_addresses
from core.staff.models import User
from messaging.models import Message, ReplyTemplate, Thread
from portal.models import AccountPatient, Basis, ContactPoint, PatientAccount, Relation

# What about, in which language, how many hours ago, and what was said by whom.
MATTERS: list[tuple[str, str, int, list[tuple[bool, str]]]] = [
    ("care", "en", 30, [(False, "Since Monday I sleep badly. Can I take it in the morning?")]),
    ("cost", "en", 3, [(False, "Does my new plan, Example Mutual, pay for the next visit?")]),
    ("visit", "es", 5, [(False, "¿Puede estar mi hermana en la próxima cita?")]),
    (
        "papers",
        "en",
        60,
        [
            (False, "My employer wants a letter that says only when I was with you."),
            (True, "It is ready. You find it here by Thursday; it names no diagnosis."),
        ],
    ),
]
TEMPLATES = [
    (
        "Call us about it",
        "Hello {name}, this is easier by phone. Please call us at {phone}.",
        "Hola, {name}: esto es más fácil por teléfono. Llámenos al {phone}.",
    ),
    (
        "We have your papers",
        "Hello {name}, thank you: your papers have arrived. You need to do nothing else.",
        "Hola, {name}: gracias, recibimos sus papeles. No tiene que hacer nada más.",
    ),
]


def create_messages(now: datetime) -> int:
    """Create matters of a few patients, unless there are any; return how many there are."""
    if Thread.objects.exists():
        return 0
    for name, text, text_es in TEMPLATES:
        ReplyTemplate.objects.get_or_create(name=name, defaults={"text": text, "text_es": text_es})
    visits = Appointment.objects.exclude(patient=None).values_list("patient", flat=True)
    known = Patient.objects.kept().filter(pk__in=visits.order_by().distinct()).exclude(email="")
    people = list(known.order_by("pk")[: len(MATTERS)])
    for patient, (topic, language, hours, said) in zip(people, MATTERS, strict=False):
        _create(patient, topic, language, now - timedelta(hours=hours), said)
    return len(people)


def _create(
    patient: Patient, topic: str, language: str, when: datetime, said: list[tuple[bool, str]]
) -> None:
    waits = not said[-1][0]
    thread = Thread.objects.create(
        patient=patient,
        account=_account(patient, when),
        topic=topic,
        team="care" if topic in ("care", "papers") else "desk",
        status="waiting" if waits else "answered",
        language=language,
        created_at=when,
        last_at=when,
        waiting_since=when if waits else None,
        due_at=when + timedelta(hours=24) if waits else None,
    )
    for number, (from_clinic, text) in enumerate(said):
        Message.objects.create(
            thread=thread,
            from_clinic=from_clinic,
            author="Robin Vale" if from_clinic else "",
            text=text,
            sent_at=when + timedelta(hours=number),
        )


def _account(patient: Patient, when: datetime) -> PatientAccount:
    """Return the account by which this patient signs in, with a code to their address."""
    value = email_addresses.normalized(patient.email)
    known = ContactPoint.objects.filter(value=value).select_related("account").first()
    if known:
        return known.account
    account = PatientAccount.objects.create(user=User.patients.make(), created_at=when)
    point = ContactPoint.objects.create(
        account=account, kind=ContactPoint.Kind.EMAIL, value=value, proved_at=when
    )
    AccountPatient.objects.create(
        account=account,
        patient=patient,
        relation=Relation.SELF,
        basis=Basis.POINT,
        via=point,
        added_at=when,
    )
    return account
