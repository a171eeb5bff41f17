"""The clinic's records in Django admin. Every change of a visit goes through `booking`."""

from appointments.admin import (
    appointments,
    clinic_rules,
    consents,
    first_booking,
    header,
    hours_exceptions,
    hours_figures,
    index_panels,
    license_ends,
    newcomer_figures,
    patients,
    providers,
    services,
    status_reasons,
    video_rooms,
    visit_figures,
    waitlist,
    who_saw,
)

__all__ = [
    "appointments",
    "clinic_rules",
    "consents",
from appointments.admin.appointments import AppointmentAdmin
from appointments.admin.clinic_rules import ClinicRulesAdmin
from appointments.admin.consents import ConsentAdmin, ConsentTextAdmin
from appointments.admin.desk.closing import desk_hours
from appointments.admin.first_booking import first_booking
from appointments.admin.header import desk_links, find_box
from appointments.admin.hours_exceptions import HoursExceptionAdmin
from appointments.admin.index_panels import failed_mail
from appointments.admin.license_ends import license_ends
from appointments.admin.patients import PatientAdmin
from appointments.admin.providers import ProviderAdmin
from appointments.admin.services import ServiceAdmin
from appointments.admin.status_reasons import StatusReasonAdmin
from appointments.admin.video_rooms import no_room
from appointments.admin.visit_figures import visits
from appointments.admin.waitlist import WaitlistEntryAdmin
from appointments.admin.who_saw import who_saw

__all__ = [
    "AppointmentAdmin",
    "ClinicRulesAdmin",
    "ConsentAdmin",
    "ConsentTextAdmin",
    "HoursExceptionAdmin",
    "PatientAdmin",
    "ProviderAdmin",
    "ServiceAdmin",
    "StatusReasonAdmin",
    "WaitlistEntryAdmin",
    "desk_hours",
    "desk_links",
    "failed_mail",
    "find_box",
    "first_booking",
    "header",
    "hours_exceptions",
    "hours_figures",
    "index_panels",
    "license_ends",
    "newcomer_figures",
    "patients",
    "providers",
    "services",
    "status_reasons",
    "video_rooms",
    "visit_figures",
    "waitlist",
    "who_saw",
]
