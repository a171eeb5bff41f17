from appointments.models.clinic import ClinicRules
from appointments.models.consents import Consent, ConsentText
from appointments.models.feeds import CalendarFeed
from appointments.models.schedule import HoursException, Licence, Provider, Service, WeeklyHours
from appointments.models.visits import Appointment, Patient, Status

__all__ = [
    "Appointment",
    "CalendarFeed",
    "ClinicRules",
    "Consent",
    "ConsentText",
    "HoursException",
    "Licence",
    "Patient",
    "Provider",
    "Service",
    "Status",
    "WeeklyHours",
]
