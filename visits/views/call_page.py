"""What `visits/_call.html` has to know of a call, for each seat."""

import json
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.links import VisitLink
from appointments.models import Appointment
from visits.models import Guest
from visits.models.visits import Seat


@dataclass(frozen=True)
class CallPage:
    """One seat's page of a call: who is in it, where it posts to, and what it says of the phone."""

    seat: str
    host: str  # the provider, as a patient calls them
    with_whom: str
    ticket_url: str
    report_url: str = ""
    phone_url: str = ""
    leave_url: str = ""
    check_url: str = ""
    admit_url: str = ""
    send_back_url: str = ""
    back_url: str = ""
    own_name: str = ""
    names: dict[str, str] = field(default_factory=dict)
    phone_number: str = ""
    phone_link: str = ""
    lost_words: str = ""

    @property
    def names_json(self) -> str:
        """Return the names of the others by their seats. Guests tell theirs themselves."""
        return json.dumps(self.names)

    @property
    def is_clinician(self) -> bool:
        return self.seat == Seat.CLINICIAN

    @property
    def waiting_template(self) -> str:
        return self._of_side("visits/_call_waiting")

    @property
    def phone_template(self) -> str:
        return self._of_side("visits/_call_phone")

    def _of_side(self, name: str) -> str:
        return f"{name}_clinician.html" if self.is_clinician else f"{name}.html"


def for_patient(link: VisitLink) -> CallPage:
    """Return the page of whoever the appointment is for."""
    appointment = link.appointment
    host = appointment.provider.short_name
    return CallPage(
        seat=Seat.PATIENT,
        host=host,
        with_whom=str(appointment.provider.name),
        ticket_url=link.page("visits:ticket"),
        report_url=link.page("visits:report"),
        phone_url=link.page("visits:phone"),
        leave_url=link.page("visits:leave"),
        check_url=link.page("visits:check"),
        back_url=link.page(),
        names={Seat.CLINICIAN: appointment.provider.name},
        **_phone(appointment, host),
    )


def for_guest(guest: Guest, path: str) -> CallPage:
    """Return the page of a guest, whose link is at `path`: it tells nothing of the patient."""
    provider = guest.visit.appointment.provider
    return CallPage(
        seat=guest.seat,
        host=provider.short_name,
        with_whom=str(provider.name),
        ticket_url=f"{path}ticket/",
        own_name=guest.name,
        names={Seat.CLINICIAN: provider.name, Seat.PATIENT: str(_("Patient"))},
        lost_words=_("The line does not come back. Stay near: it may in a moment."),
    )


def for_clinician(appointment: Appointment) -> CallPage:
    """Return the page of whoever of the staff holds the visit."""
    name = str(appointment.patient or "")

    def step(action: str) -> str:
        return reverse(f"admin:visits_{action}", args=[appointment.pk])

    number = appointment.phone
    return CallPage(
        seat=Seat.CLINICIAN,
        host=appointment.provider.short_name,
        with_whom=name,
        ticket_url=step("ticket"),
        report_url=step("report"),
        phone_url=step("phone"),
        admit_url=step("admit"),
        send_back_url=step("send_back"),
        names={Seat.PATIENT: name},
        phone_number=number.formatted if number else "",
        phone_link=number.link if number else "",
        lost_words=_("The line does not come back. Call them instead:")
        if number
        else _("The line does not come back, and there is no phone number on this visit."),
    )


def _phone(appointment: Appointment, host: str) -> dict[str, str]:
    """Return what a patient is told where the line does not come back."""
    if not appointment.phone:
        return {
            "lost_words": _("The line does not come back. Please call us, so that we can go on.")
        }
    words = _("Keep your phone near: %(name)s calls you at") % {"name": host}
    return {"lost_words": words, "phone_number": appointment.phone.formatted}
