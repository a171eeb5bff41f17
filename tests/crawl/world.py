"""One row of everything, with names that nobody else has, for whoever walks over all addresses."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone
from PIL import Image

from appointments import links
from appointments.calendars import feeds
from appointments.models import (
    Appointment,
    ClinicRules,
    Consent,
    ConsentText,
    InsurancePlan,
    License,
    Provider,
    StatePage,
    StatusReason,
)
from articles.models import Comment, Feedback, ImageAsset, Redirect, Synonym
from core.api import keys
from core.practice.models import Practice
from core.sms.models import SmsConsent, SmsConsentText
from core.staff.models import AuditEvent, User
from core.webhooks import outbox
from messaging.models import Attachment, AttachmentContent, MessagingRules, ReplyTemplate
from newsletter.models import Confirmation, Delivery
from newsletter.models import Consent as ReadersConsent
from portal.calendar import subscriptions
from tests import factories
from tests.articles.factories import make_article, make_draft
from tests.core.mail.factories import make_email
from tests.core.sms.factories import agree, make_failed_text
from tests.core.webhooks.factories import make_endpoint
from tests.messaging.writing import make_thread
from tests.newsletter import factories as readers
from tests.newsletter.issues import make_issue
from tests.newsletter.uploads import make_upload
from tests.pages.factories import make_practice, make_testimonial, make_text_page
from tests.payments.paying import make_books
from tests.portal.signing_in import make_account
from tests.visits.intake_steps import make_tomorrow
from visits import guests
from visits.intake import answers
from visits.models import ConsentDocument, IntakePlan

# What only those may see who see patients, or readers.
PATIENT, READER = "Canarypatient", "canaryreader"
VISITOR = "a-visitor-of-the-crawl"


@dataclass
class World:
    """A row of each model by its label; "appointments.hold" is a hold of the browser `visitor`."""

    rows: dict[str, Model]
    feed: str
    calendar: str
    guest: str
    short_link: str
    content_type: int

    def row(self, label: str) -> Any:
        assert label in self.rows, f"{label}: give it a row in tests/crawl/world.py"
        return self.rows[label]


def make_world() -> World:
    make_practice()
    made: list[Model] = [*_clinic(), *_visits(), *_articles(), *_newsletter(), *_house()]
    made += _messages()
    made += make_books(_seen())
    rows = {row._meta.label_lower: row for row in reversed(made)}
    rows["appointments.hold"] = factories.make_hold(
        service=rows["appointments.service"],
        starts_at=factories.monday("15:00"),
        visitor=VISITOR,
    )
    for model in admin.site._registry:
        assert model._meta.label_lower in rows, f"{model}: give it a row in tests/crawl/world.py"
    return World(
        rows,
        feed=feeds.replace(rows["appointments.provider"]),
        calendar=subscriptions.make(make_account(rows["appointments.patient"])),
        guest=guests.ask(rows["appointments.appointment"], name="Luz", role="interpreter")[1],
        short_link=links.for_text(rows["appointments.appointment"]),
        content_type=ContentType.objects.get_for_model(rows["articles.article"]).pk,
    )


def _clinic() -> list[Model]:
    service = factories.make_service()
    provider = service.providers.get()
    Provider.objects.filter(pk=provider.pk).update(listed=True, video_room="")
    state = StatePage.objects.create(state="TN", telehealth="By video, too.")
    patient = factories.make_patient(first_name=PATIENT, email=f"{PATIENT.lower()}@example.org")
    visit = factories.make_appointment(
        service=service, patient=patient, starts_at=factories.monday("11:00")
    )
    [text, *_] = ConsentText.objects.all()
    now = timezone.now()
    return [
        visit,
        patient,
        service,
        provider,
        text,
        License.objects.get(provider=provider),
        ClinicRules.objects.get_or_create(pk=1)[0],
        state,
        InsurancePlan.objects.create(page=state, name="Example Mutual"),
        StatusReason.objects.create(kind="cancelled", text="Snow on the pass"),
        factories.make_time_off(provider, factories.monday(weeks=3).date()),
        factories.make_entry(service=service, first_name=PATIENT),
        Consent.objects.create(
            text=text, appointment=visit, given=now, page="x", address_hash="0" * 64
        ),
    ]


def _visits() -> list[Model]:
    soon = make_tomorrow(patient=factories.make_patient(first_name=PATIENT))
    response = answers.save(soon, "reason", {"reason": f"{PATIENT} asked for help."})
    return [
        response,
        IntakePlan.objects.create(service=factories.make_service(), forms=["reason"]),
        ConsentDocument.objects.earliest("pk"),
    ]


def _seen() -> Appointment:
    """A visit that took place."""
    patient = factories.make_patient(first_name=PATIENT)
    starts_at = timezone.now() - timedelta(days=3)
    return factories.make_appointment(patient=patient, starts_at=starts_at, status="completed")


def _messages() -> list[Model]:
    """A matter of a patient, with a file, that makes a red task."""
    patient = factories.make_patient(first_name=PATIENT)
    thread = make_thread(patient, text=f"{PATIENT} wants to die.")
    now = timezone.now()
    file = Attachment.objects.create(
        message=thread.messages.get(),
        kind="pdf",
        suffix="pdf",
        name=f"{PATIENT}.pdf",
        size=4,
        created_at=now,
    )
    AttachmentContent.objects.create(attachment=file, data=b"%PDF")
    return [
        thread,
        file,
        thread.alerts.get(),
        MessagingRules.objects.get_or_create(pk=1)[0],
        ReplyTemplate.objects.create(name="Morning", text="Good day {name}."),
    ]


def _articles() -> list[Model]:
    article = make_article()
    draft = make_draft()
    picture = ImageAsset(alt="A tree")
    file = ContentFile(b"", name="tree.png")
    Image.new("RGB", (40, 40)).save(file, "png")
    picture.file.save("tree.png", file, save=True)
    comment = Comment.objects.create(
        article=article, name="Sam", text="Thank you.", created_at=timezone.now()
    )
    return [
        article,
        draft,
        picture,
        comment,
        article.author,
        article.topic,
        Feedback.objects.create(article=article, helpful=True, day=timezone.now().date()),
        Synonym.objects.get_or_create(name="Suboxone", means="buprenorphine")[0],
        Redirect.objects.create(path="/2019/05/old/", article=article),
    ]


def _newsletter() -> list[Model]:
    reader = readers.make_subscriber(email=f"{READER}@example.org")
    text, now = readers.make_consent_text(), timezone.now()
    issue = make_issue()
    delivery = Delivery.objects.create(
        issue=issue, subscriber=reader, domain="example.org", status="uncertain", due_at=now
    )
    return [
        reader,
        text,
        issue,
        delivery,
        readers.make_topic(),
        make_upload(f"email\n{READER}3@example.org\n"),
        ReadersConsent.objects.create(
            subscriber=reader, kind="left", address_hash=reader.address_hash
        ),
        Confirmation.objects.create(
            email=f"{READER}2@example.org",
            address_hash="1" * 64,
            token_hash="2" * 64,
            text=text,
            page="pages:home",
            expires_at=now + timedelta(days=1),
        ),
    ]


def _house() -> list[Model]:
    return [
        make_testimonial(),
        make_text_page(),
        make_email(to=f"{PATIENT.lower()}@example.org"),
        AuditEvent.objects.create(action="looked"),
        User.objects.create(email="somebody@example.org", name="Somebody", is_staff=True),
        Practice.objects.get(),
        keys.make("Our web site", ["slots:read"])[0],
        *_told(),
        *_texted(),
    ]


def _texted() -> list[Model]:
    agree()
    return [
        make_failed_text(),
        SmsConsent.objects.latest("pk"),
        SmsConsentText.objects.latest("pk"),
    ]


def _told() -> list[Model]:
    endpoint = make_endpoint()
    outbox.publish_test(endpoint)
    return [endpoint, endpoint.deliveries.get()]
