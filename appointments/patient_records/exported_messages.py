"""What was sent to a patient, or told them by phone, as an export has it: e-mails, texts and calls.

Links in it are left out: one opens what it belongs to for whoever finds the file.
"""

import re

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appointments.models import Appointment, Call, Patient
from appointments.patient_records.whole_record import mails_of
from core.exported_values import Record, iso
from core.languages.speaking import name_of
from core.mail.models import OutgoingEmail
from core.sms import numbers
from core.sms.models import OutgoingText, SmsConsent

_LINK = re.compile(r"\bhttps?://\S+")


def collect(patient: Patient, visits: QuerySet[Appointment]) -> dict[str, list[Record]]:
    """Return each part by its name. `visits` are those of the patient."""
    things = mails_of(patient)
    mails = OutgoingEmail.objects.about(*things).exclude(about="").defer("html")
    texts = OutgoingText.objects.about(*things).exclude(about="")
    calls = Call.objects.filter(about__in=things)
    consents = _text_consents(patient, visits)
    return {
        "e-mails": [_mail(mail) for mail in mails.order_by("pk")],
        "text messages": [_text(text) for text in texts.order_by("pk")],
        "agreed to text messages, or took it back": [_text_consent(each) for each in consents],
        "calls": [_call(call) for call in calls.order_by("pk")],
    }


def _mail(mail: OutgoingEmail) -> Record:
    told = "" if mail.secret else _LINK.sub(_("[a private link]"), mail.text)
    return {
        "kind": mail.template,
        "written": iso(mail.created_at),
        "status": mail.get_status_display(),
        "sent": iso(mail.sent_at),
        "came back": iso(mail.bounced_at),
        "to": mail.to,
        "subject": mail.subject,
        "text": told,
        "emptied": iso(mail.purged_at),
    }


def _text(text: OutgoingText) -> Record:
    told = "" if text.secret else _LINK.sub(_("[a private link]"), text.text)
    return {
        "kind": text.template,
        "written": iso(text.created_at),
        "status": text.get_status_display(),
        "sent": iso(text.sent_at),
        "delivered": iso(text.delivered_at),
        "could not be delivered": iso(text.undelivered_at),
        "to": text.to,
        "text": told,
        "emptied": iso(text.purged_at),
    }


def _text_consents(patient: Patient, visits: QuerySet[Appointment]) -> QuerySet[SmsConsent]:
    """What holds of their numbers: a number that others have as well has one consent."""
    phones = {str(phone) for phone in visits.order_by().values_list("phone", flat=True)}
    hashes = [numbers.keyed_hash(phone) for phone in phones | {str(patient.phone)} if phone]
    return SmsConsent.objects.filter(number_hash__in=hashes).select_related("text").order_by("pk")


def _text_consent(consent: SmsConsent) -> Record:
    return {
        "what": consent.get_kind_display(),
        "at": iso(consent.at),
        "page": consent.page,
        "language": name_of(consent.language),
        "words": getattr(consent.text, f"text_{consent.language}", "") if consent.text else "",
    }


def _call(call: Call) -> Record:
    return {
        "instead of the e-mail": call.kind,
        "written": iso(call.created),
        "status": call.get_status_display(),
        "no answer": call.tries,
        "settled": iso(call.settled_at),
        "settled by": call.settled_by,
    }
