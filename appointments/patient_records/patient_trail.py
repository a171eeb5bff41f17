"""Which rows of the audit trail are about a patient: record, visits, places, mails, consents.

The trail names rows by their keys and can never be erased, so it holds no name: whose a key is
comes from the rows as they stand now. What was erased leads to nobody any more.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Concat

from appointments.emails import link_emails, visit_outbox
from appointments.models import Appointment, Consent, Patient, WaitlistEntry
from appointments.waitlist import emails as waitlist_emails
from core.mail.models import OutgoingEmail
from core.staff.audit.disclosures import Shown
from core.staff.models import AuditEvent


def records_of_patient(patient: Patient) -> Shown:
    """Return the keys of all that is this person's, by model: of merged records as well."""
    rows = Patient.objects.filter(Q(pk=patient.pk) | Q(merged_into=patient.pk))
    people = list(rows.values_list("pk", "match_key", "email"))
    visits = dict(
        Appointment.objects.filter(patient__in=[pk for pk, _key, _email in people])
        .order_by()
        .values_list("pk", "email")
    )
    known_by = Q(person__in=[key for _pk, key, _email in people]) | Q(appointment__in=[*visits])
    places = list(WaitlistEntry.objects.filter(known_by).order_by())
    addresses = {*visits.values(), *(email for _pk, _key, email in people)} - {""}
    about = [visit_outbox.about(Appointment(pk=pk)) for pk in visits]
    about += [thing for email in addresses for thing in link_emails.all_about(email)]
    return {
        "appointments.patient": [str(pk) for pk, _key, _email in people],
        "appointments.appointment": list(map(str, visits)),
        "appointments.consent": _keys(Consent.objects.filter(appointment__in=[*visits])),
        **_of_places(places, about),
    }


def records_of_place(entry: WaitlistEntry) -> Shown:
    """Return the keys of a place on the waitlist and its mails, for who has no record yet."""
    return _of_places([entry], [])


def _of_places(places: list[WaitlistEntry], about: list[str]) -> Shown:
    prefetch_related_objects(places, "offers")
    things = {*about, *(waitlist_emails.about_asked(entry.email) for entry in places)}
    things.update(thing for entry in places for thing in waitlist_emails.all_about(entry))
    return {
        "appointments.waitlistentry": [str(entry.pk) for entry in places],
        "mail.outgoingemail": _keys(OutgoingEmail.objects.about(*things)),
    }


def _keys(rows: QuerySet) -> list[str]:
    return [str(pk) for pk in rows.order_by().values_list("pk", flat=True)]


def about(records: Shown) -> QuerySet[AuditEvent]:
    """Return the rows of the trail that name one of these records, in no order."""
    named = Q(pk__in=())
    for model, pks in records.items():
        if pks:
            named |= Q(kind=model, object_pks__overlap=pks)
    # Not by the index of the models: the database would read two million rows of it beside the
    # few that the keys find.
    rows = AuditEvent.objects.alias(kind=Concat("model", Value("")))
    return rows.filter(named).order_by()


def newest_first(rows: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Return these rows sorted after they are found.

    Asked for the newest in the order of an index, the database may read ten million rows in that
    order to meet the few that name somebody. What it has to reckon first it finds first.
    """
    return rows.order_by((F("at") + timedelta(0)).desc(), "-pk")


def by_person(rows: QuerySet[AuditEvent]) -> QuerySet[Any, Any]:
    """Return who did how much of it (`times`), and when `last`; who looked last comes first."""
    people = rows.values("user_pk", "email", "api_key")
    return people.annotate(times=Count("pk"), last=Max("at")).order_by("-last")
