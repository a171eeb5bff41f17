"""Who may do what in the admin. This table is the only place; `manage.py roles` applies it.

Permissions exist only after `migrate` has made the tables and sent post_migrate, so no migration
can hand them out: the command runs after `migrate`, on every deployment, and may run any time.
"""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

LOOK = "view"
EDIT = "view change"
WORK = "view add change"
ALL = "view add change delete"

# `schedule` changes everybody's hours and closes the clinic. Without it somebody who may change
# hours changes those of their own provider, and no others: `appointments.admin.schedule_rights`.
ROLES: dict[str, dict[str, str]] = {
    "front desk": {
        "appointments.appointment": WORK,
        "appointments.clinicrules": LOOK,
        "appointments.consent": LOOK,
        "appointments.consenttext": LOOK,
        "appointments.hoursexception": ALL,
        "appointments.insuranceplan": LOOK,
        "appointments.license": LOOK,
        "appointments.patient": "view change merge request_erasure",
        "appointments.provider": "view schedule",
        "appointments.service": LOOK,
        "appointments.statepage": LOOK,
        "appointments.statusreason": LOOK,
        "appointments.waitlistentry": EDIT,
        "appointments.weeklyhours": ALL,
        "contact.contactrequest": EDIT,
        "mail.outgoingemail": EDIT,
        "payments.charge": EDIT,
        "payments.payment": "refund",
        "payments.paymentterms": LOOK,
        "payments.superbill": "view add",
        "messaging.dangeralert": "change",
        "messaging.thread": "answer_desk",
        "practice.practice": LOOK,
        "sms.outgoingtext": EDIT,
        "sms.smsconsent": LOOK,
        "sms.smsconsenttext": LOOK,
        "visits.consentsignature": "view revoke",
        "visits.visit": LOOK,
    },
    "clinician": {
        "appointments.appointment": WORK,
        "appointments.clinicrules": LOOK,
        "appointments.consent": LOOK,
        "appointments.consenttext": LOOK,
        "appointments.hoursexception": ALL,
        "appointments.insuranceplan": LOOK,
        "appointments.license": LOOK,
        "appointments.patient": "view change request_erasure",
        "appointments.provider": LOOK,
        "appointments.service": LOOK,
        "appointments.statepage": LOOK,
        "appointments.statusreason": LOOK,
        "appointments.waitlistentry": LOOK,
        "appointments.weeklyhours": ALL,
        "articles.article": "view add change approve",
        "articles.comment": "view answer",
        "articles.contributor": LOOK,
        "articles.imageasset": WORK,
        "articles.feedback": LOOK,
        "articles.topic": LOOK,
        "messaging.dangeralert": "change",
        "messaging.thread": "answer_care",
        "pages.textpage": "view approve",
        "payments.charge": LOOK,
        "payments.superbill": "view add",
        "practice.practice": LOOK,
        "visits.consentdocument": LOOK,
        "visits.consentsignature": "view revoke",
        "visits.intakeplan": LOOK,
        "visits.questionnaireresponse": LOOK,
        "visits.safetyalert": EDIT,
        "visits.visit": "view conduct",
        "visits.visitnote": LOOK,
    },
    "editor": {
        "articles.article": WORK,
        "articles.comment": "view change answer",
        "articles.contributor": WORK,
        "articles.imageasset": WORK,
        "articles.feedback": LOOK,
        "articles.redirect": ALL,
        "articles.synonym": ALL,
        "articles.topic": WORK,
        "pages.testimonial": ALL,
        "pages.textpage": WORK,
        "practice.practice": LOOK,
    },
    "newsletter editor": {
        "newsletter.issue": WORK,
        "newsletter.listupload": "view add",
        "newsletter.confirmation": LOOK,
        "newsletter.consent": LOOK,
        "newsletter.consenttext": LOOK,
        "newsletter.subscriber": EDIT,
        "newsletter.topic": WORK,
        "practice.practice": LOOK,
    },
    # Reads who saw whom, and what is kept of a patient. Changes nothing; approves legal notices.
    "privacy officer": {
        "appointments.appointment": LOOK,
        "appointments.consent": LOOK,
        "appointments.consenttext": LOOK,
        "appointments.patient": "view export request_erasure confirm_erasure view_restricted",
        "appointments.waitlistentry": LOOK,
        "pages.textpage": "view approve",
        "payments.charge": LOOK,
        "practice.practice": LOOK,
        "sms.smsconsent": LOOK,
        "sms.smsconsenttext": LOOK,
        "staff.auditevent": LOOK,
        "staff.user": LOOK,
        "visits.consentdocument": LOOK,
        "visits.consentsignature": "view revoke",
    },
    # Appointments, patients and consents are records of care: nobody deletes them by hand.
    "manager": {
        "api.apikey": WORK,
        "appointments.appointment": WORK,
        "appointments.clinicrules": EDIT,
        "appointments.consent": LOOK,
        "appointments.consenttext": "view add",
        "appointments.hoursexception": ALL,
        "appointments.insuranceplan": ALL,
        "appointments.license": ALL,
        "appointments.patient": (
            "view change merge export request_erasure confirm_erasure view_restricted"
        ),
        "appointments.provider": "view add change schedule",
        "appointments.service": WORK,
        "appointments.statepage": ALL,
        "appointments.statusreason": WORK,
        "appointments.waitlistentry": EDIT,
        "appointments.weeklyhours": ALL,
        "articles.article": "view add change approve",
        "articles.comment": "view change answer",
        "articles.contributor": "view add change vouch",
        "articles.imageasset": WORK,
        "articles.feedback": LOOK,
        "articles.redirect": ALL,
        "articles.synonym": ALL,
        "articles.topic": WORK,
        "contact.contactrequest": EDIT,
        "mail.outgoingemail": EDIT,
        "messaging.dangeralert": "change",
        "messaging.messagingrules": EDIT,
        "messaging.replytemplate": ALL,
        "messaging.thread": "answer_desk answer_care",
        "newsletter.issue": WORK,
        "newsletter.listupload": "view add",
        "newsletter.confirmation": LOOK,
        "newsletter.consent": LOOK,
        "newsletter.consenttext": "view add",
        "newsletter.subscriber": "view change erase",
        "newsletter.topic": WORK,
        "pages.testimonial": ALL,
        "pages.textpage": "view add change approve",
        "payments.charge": EDIT,
        "payments.payment": "refund",
        "payments.paymentterms": WORK,
        "payments.practicebilling": WORK,
        "payments.providerbilling": WORK,
        "payments.superbill": "view add",
        "practice.practice": WORK,
        "sms.outgoingtext": EDIT,
        "sms.smsconsent": LOOK,
        "sms.smsconsenttext": "view add",
        "staff.auditevent": LOOK,
        "staff.user": WORK,
        "visits.consentdocument": "view add",
        "visits.consentsignature": "view revoke",
        "visits.intakeplan": ALL,
        "visits.questionnaireresponse": LOOK,
        "visits.safetyalert": EDIT,
        "visits.visit": LOOK,
        "webhooks.webhookdelivery": EDIT,
        "webhooks.webhookendpoint": WORK,
    },
}


@transaction.atomic
def apply() -> list[str]:
    """Make each group hold exactly what the table says. Returns what does not exist (yet)."""
    known = _permissions()
    missing: set[str] = set()
    for role, models in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = {f"{model} {verb}" for model, verbs in models.items() for verb in verbs.split()}
        missing |= wanted - known.keys()
        group.permissions.set(known[name] for name in wanted & known.keys())
    return sorted(missing)


def _permissions() -> dict[str, Permission]:
    """All that exist, each under its name in the table: "appointments.patient view"."""
    found = {}
    for permission in Permission.objects.select_related("content_type"):
        kind = permission.content_type
        verb = permission.codename.removesuffix(f"_{kind.model}")
        found[f"{kind.app_label}.{kind.model} {verb}"] = permission
    return found
