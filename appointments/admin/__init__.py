"""The clinic's records in Django admin. Every change of a visit goes through `booking`."""

from appointments.admin.appointments import AppointmentAdmin
from appointments.admin.clinic_rules import ClinicRulesAdmin
from appointments.admin.consents import ConsentAdmin, ConsentTextAdmin
from appointments.admin.first_booking import first_booking
from appointments.admin.header import desk_links, find_box
from appointments.admin.hours_exceptions import HoursExceptionAdmin
from appointments.admin.hours_figures import hours
from appointments.admin.index_panels import failed_mail
from appointments.admin.license_ends import license_ends
from appointments.admin.newcomer_figures import new
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
    "desk_links",
    "failed_mail",
    "find_box",
    "first_booking",
    "hours",
    "license_ends",
    "new",
    "no_room",
    "visits",
    "who_saw",
]
