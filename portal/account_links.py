"""Visits and places on the waitlist as somebody reaches them who is signed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from appointments.links import VisitLink
from appointments.models import Appointment, Patient, WaitlistEntry
from appointments.models.waitlist_entries import EntryQuerySet
from appointments.waitlist.links import PlaceLink
from core.people import email_addresses
from portal.models import ContactPoint, PatientAccount, Relation

FRAME = "portal/frame.html"


def places_of(account: PatientAccount) -> EntryQuerySet:
    """Return the places on the waitlist of all records that the account may see."""
    pks = account.record_pks
    records = Patient.objects.filter(Q(pk__in=pks) | Q(merged_into__in=pks))
    return WaitlistEntry.objects.filter(person__in=records.values("match_key"))


@dataclass(frozen=True)
class AccountVisitLink(VisitLink):
    """A visit of a record that the account may see."""

    account: PatientAccount

    frame = FRAME
    by_address = False

    @property
    def proved(self) -> bool:
        return True

    @property
    def may_come_in(self) -> bool:
        return self.acts_for_patient

    @property
    def acts_for_patient(self) -> bool:
        """All but those whom the patient lets book visits."""
        patient, seen = self.appointment.patient_id, self.account.patients
        relations = {each.relation for each in seen if each.record.pk == patient}
        return bool(relations - {Relation.OTHER})

    @property
    def proves_address(self) -> bool:
        if not self.appointment.email:
            return False
        address = email_addresses.normalized(self.appointment.email)
        points = self.account.proved
        return any((p.kind, p.value) == (ContactPoint.Kind.EMAIL, address) for p in points)

    @property
    def has_ended(self) -> bool:
        return self.appointment.erased_at is not None

    def page(self, name: str = "visit", *rest: str) -> str:
        return visit_page(self.appointment, name, *rest)

    @property
    def page_to_book_again(self) -> str:
        return follow_up_page(self.appointment)

    def page_of(self, other: Appointment) -> str:
        return visit_page(other) if self.account.may_see(other) else ""

    def shown_beside(self, upcoming: Iterable[Appointment]) -> Iterable[Appointment]:
        return filter(self.account.may_see, upcoming)


@dataclass(frozen=True)
class AccountPlaceLink(PlaceLink):
    """A place of somebody whose record the account may see."""

    account: PatientAccount

    frame = FRAME
    by_address = False

    @property
    def proves_address(self) -> bool:
        """The place's patient is one whom the account may see: it needs no mail to say so."""
        return True

    def page(self, name: str = "waitlist", *rest: str) -> str:
        return place_page(self.entry, name)

    def page_of_visit(self, visit: Appointment) -> str:
        return visit_page(visit) if self.account.may_see(visit) else ""

    def page_of_booked(self, visit: Appointment) -> str:
        return visit_page(visit) + "?just=booked"

    def page_of(self, other: WaitlistEntry) -> str:
        is_own = places_of(self.account).filter(pk=other.pk).exists()
        return place_page(other) if is_own else ""


def visit_page(visit: Appointment, name: str = "visit", *rest: str) -> str:
    """Return the path of a visit's page inside: `name` as `VisitLink.page` takes it."""
    step = name.rpartition(":")[2]
    own = "visit" if step == "visit" else f"visit_{step}"
    return reverse(f"portal:{own}", args=[visit.pk, *rest])


def follow_up_page(visit: Appointment) -> str:
    """Return the path on which the next visit is booked after this one, with its provider."""
    query = urlencode({"with": visit.provider.slug})
    return f"{reverse('portal:follow_up', args=[visit.pk])}?{query}"


def place_page(entry: WaitlistEntry, name: str = "waitlist") -> str:
    """Return the path of the page of a place inside, or of one of its steps."""
    return reverse(f"portal:{name.replace('waitlist', 'place')}", args=[entry.pk])
