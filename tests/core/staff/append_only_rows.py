"""One row in each table whose rows are never changed, written as the site does."""

from django.apps import apps
from django.db import connection

from appointments.booking import visits
from appointments.models import Appointment, Consent, ConsentText
from core.database import append_only
from core.staff.audit import hash_chain, trail
from newsletter.models import Consent as NewsletterConsent
from newsletter.subscription import consents
from tests.articles import factories as articles
from tests.core.sms.factories import agree as agree_to_texts
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_consent_texts
from tests.newsletter.factories import make_subscriber
from tests.pages.factories import make_text_page
from tests.visits.intake_steps import make_tomorrow
from visits import encounter
from visits.intake import signatures
from visits.models import ConsentDocument, StartCheck, StartCheckWaiver


def write_proofs() -> None:
    trail.record(None, "sign-in", user=make_staff())
    consents.record(make_subscriber(), NewsletterConsent.Kind.LEFT)
    agree_to_texts()
    articles.approve(articles.make_draft())
    make_text_page()
    visit = make_appointment()
    agree(visit, make_consent_texts()[0])
    sign_and_revoke()
    ask_in_the_first_minute(visit)
    StartCheckWaiver.objects.create(
        appointment=visit, reason="cut_off", account=1, at=visit.created
    )
    visits.cancel(visit)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with open ones is not truncated
    hash_chain.seal()
    assert [table for table in append_only.tables() if not number_of_rows(table)] == []


def sign_and_revoke() -> None:
    visit, document = make_tomorrow(), ConsentDocument.current("records")
    assert document is not None
    signed = signatures.sign(visit, document, name="Grace", signer="patient", page="visits:form")
    signatures.revoke(signed, page="visits:form_revoke")


def ask_in_the_first_minute(appointment: Appointment) -> None:
    visit = encounter.open_room(appointment)
    event = encounter.note_event(visit, "patient", "knocked")
    StartCheck.objects.create(
        visit=visit,
        at=event.at,
        account=1,
        state="TN",
        licensed=True,
        identity="seen",
        free_to_talk=True,
    )


def agree(visit: Appointment, text: ConsentText) -> Consent:
    return Consent.objects.create(
        text=text, appointment=visit, given=visit.created, page="book:details", address_hash="0f"
    )


def number_of_rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def key_of(table: str) -> str:
    """The column that is its primary key."""
    [model] = [model for model in apps.get_models() if model._meta.db_table == table]
    return str(model._meta.pk.column)
