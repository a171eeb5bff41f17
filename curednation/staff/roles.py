"""Who may do what in the admin. This table is the only place; `manage.py roles` applies it.

Permissions exist only after `migrate` has made the tables and sent post_migrate, so no migration
can hand them out: the command runs after `migrate`, on every deployment, and may run any time.
"""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

LOOK = "view"
EDIT = "view change"
WORK = "view add change"
ALL = "view add change delete"

ROLES: dict[str, dict[str, str]] = {
    "front desk": {
        "appointments.appointment": WORK,
        "appointments.clinicrules": LOOK,
        "appointments.consent": LOOK,
        "appointments.consenttext": LOOK,
        "appointments.hoursexception": ALL,
        "appointments.licence": LOOK,
        "appointments.patient": EDIT,
        "appointments.provider": LOOK,
        "appointments.service": LOOK,
        "appointments.waitlistentry": EDIT,
        "appointments.weeklyhours": ALL,
        "mail.outgoingemail": EDIT,
        "practice.practice": LOOK,
    },
    "clinician": {
        "appointments.appointment": WORK,
        "appointments.clinicrules": LOOK,
        "appointments.consent": LOOK,
        "appointments.consenttext": LOOK,
        "appointments.hoursexception": ALL,
        "appointments.licence": LOOK,
        "appointments.patient": EDIT,
        "appointments.provider": LOOK,
        "appointments.service": LOOK,
        "appointments.waitlistentry": LOOK,
        "appointments.weeklyhours": ALL,
        "articles.article": "view add change approve",
        "articles.comment": "view answer",
        "articles.contributor": LOOK,
        "articles.imageasset": WORK,
        "articles.opinion": LOOK,
        "articles.topic": LOOK,
        "practice.practice": LOOK,
    },
    "editor": {
        "articles.article": WORK,
        "articles.comment": "view change answer",
        "articles.contributor": WORK,
        "articles.imageasset": WORK,
        "articles.opinion": LOOK,
        "articles.redirect": ALL,
        "articles.synonym": ALL,
        "articles.topic": WORK,
        "pages.testimonial": ALL,
        "practice.practice": LOOK,
    },
    "newsletter editor": {
        "newsletter.issue": WORK,
        "newsletter.confirmation": LOOK,
        "newsletter.consent": LOOK,
        "newsletter.consenttext": LOOK,
        "newsletter.subscriber": EDIT,
        "newsletter.topic": WORK,
        "practice.practice": LOOK,
    },
    # Appointments, patients and consents are records of care: nobody deletes them by hand.
    "manager": {
        "appointments.appointment": WORK,
        "appointments.clinicrules": EDIT,
        "appointments.consent": LOOK,
        "appointments.consenttext": "view add",
        "appointments.hoursexception": ALL,
        "appointments.licence": ALL,
        "appointments.patient": EDIT,
        "appointments.provider": WORK,
        "appointments.service": WORK,
        "appointments.waitlistentry": EDIT,
        "appointments.weeklyhours": ALL,
        "articles.article": "view add change approve",
        "articles.comment": "view change answer",
        "articles.contributor": WORK,
        "articles.imageasset": WORK,
        "articles.opinion": LOOK,
        "articles.redirect": ALL,
        "articles.synonym": ALL,
        "articles.topic": WORK,
        "mail.outgoingemail": EDIT,
        "newsletter.issue": WORK,
        "newsletter.confirmation": LOOK,
        "newsletter.consent": LOOK,
        "newsletter.consenttext": "view add",
        "newsletter.subscriber": "view change erase",
        "newsletter.topic": WORK,
        "pages.testimonial": ALL,
        "practice.practice": WORK,
        "staff.auditevent": LOOK,
        "staff.user": WORK,
    },
}


@transaction.atomic
def apply() -> list[str]:
    """Make each group hold exactly what the table says. Returns what does not exist (yet)."""
    missing: set[str] = set()
    for role, models in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = {f"{model} {verb}" for model, verbs in models.items() for verb in verbs.split()}
        found = {name: _permission(*name.split()) for name in wanted}
        missing |= {name for name, permission in found.items() if permission is None}
        group.permissions.set(permission for permission in found.values() if permission)
    return sorted(missing)


def _permission(model: str, verb: str) -> Permission | None:
    app_label, _, name = model.partition(".")
    kind = ContentType.objects.filter(app_label=app_label, model=name).first()
    return Permission.objects.filter(content_type=kind, codename=f"{verb}_{name}").first()
