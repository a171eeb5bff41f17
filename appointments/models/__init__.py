from appointments.models.appointments import Appointment, FormerKey, Patient, Status
from appointments.models.calendar_feeds import CalendarFeed
from appointments.models.clinic import ClinicRules
from appointments.models.conflicts import ConflictDecision
from appointments.models.consents import Consent, ConsentText
from appointments.models.schedule import HoursException, License, Provider, Service, WeeklyHours
from appointments.models.waitlist import EntryStatus, OfferStatus, WaitlistEntry, WaitlistOffer

__all__ = [
    "Appointment",
    "CalendarFeed",
    "ClinicRules",
    "ConflictDecision",
    "Consent",
    "ConsentText",
    "EntryStatus",
    "FormerKey",
    "HoursException",
    "License",
    "OfferStatus",
    "Patient",
    "Provider",
    "Service",
    "Status",
    "WaitlistEntry",
    "WaitlistOffer",
    "WeeklyHours",
]
