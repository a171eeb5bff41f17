"""What tests of the forms before a visit do: a visit tomorrow, its addresses, what is typed."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.models import Appointment
from tests.factories import make_appointment
from visits.intake.screeners import GAD_7, PHQ_9
from visits.migrations import _consent_documents
from visits.models.consents import ConsentDocument

PHQ = {item.key: "1" for item in PHQ_9.items}
GAD = {item.key: "2" for item in GAD_7.items}


def make_tomorrow(**values: Any) -> Appointment:
    """A visit in 24 hours, whose forms are open."""
    make_documents()
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=24)
    return make_appointment(**{"starts_at": start} | values)


def make_documents() -> None:
    """The texts that the migration brings, also after a test that emptied all tables."""
    for kind, text in _consent_documents.TEXTS.items():
        spanish = {"text_es": _consent_documents.SPANISH[kind]}
        ConsentDocument.objects.get_or_create(
            kind=kind, version=1, defaults={"text": text, "i18n": spanish}
        )


def address(visit: Appointment, name: str = "forms", *rest: str) -> str:
    """A page of the forms behind the mailed link of this visit."""
    return reverse(f"visits:{name}", args=[links.token(visit), *rest])


def send(client: Client, visit: Appointment, form: str, **typed: str) -> Any:
    """Send a form off, and follow where that leads."""
    return client.post(address(visit, "form", form), typed, follow=True)


def sign(client: Client, visit: Appointment, kind: str, name: str = "Grace Whitfield") -> Any:
    """Sign the newest version of a text."""
    document = ConsentDocument.current(kind)
    assert document is not None
    typed = {"document": document.pk, "signer": "patient", "name": name, "agree": "on"}
    return client.post(address(visit, "form", kind), typed, follow=True)
