"""The tables of appointments, to be imported from here."""

from appointments.models.appointment_status import Status
from appointments.models.appointments import Appointment
from appointments.models.calendar_feeds import CalendarFeed
from appointments.models.calls import Call, CallStatus
from appointments.models.clinic import ClinicRules
from appointments.models.conflicts import ConflictDecision
from appointments.models.day_counts import DayCount
from appointments.models.hours import HoursException, WeeklyHours
from appointments.models.keys import FormerKey
from appointments.models.patient_records import (
    PatientNote,
    PrivacyRequest,
    RecordMerge,
    RequestStatus,
)
from appointments.models.patients import Consent, ConsentText, Patient
from appointments.models.providers import License, Provider
from appointments.models.services import Service
from appointments.models.state_pages import InsurancePlan, StatePage
from appointments.models.status_reasons import StatusReason
from appointments.models.waitlist_entries import EntryStatus, WaitlistEntry
from appointments.models.waitlist_offers import OfferStatus, WaitlistOffer

__all__ = [
    "Appointment",
    "CalendarFeed",
    "Call",
    "CallStatus",
    "ClinicRules",
    "ConflictDecision",
    "Consent",
    "ConsentText",
    "DayCount",
    "EntryStatus",
    "FormerKey",
    "HoursException",
    "InsurancePlan",
    "License",
    "OfferStatus",
    "Patient",
    "PatientNote",
    "PrivacyRequest",
    "Provider",
    "RecordMerge",
    "RequestStatus",
    "Service",
    "StatePage",
    "Status",
    "StatusReason",
    "WaitlistEntry",
    "WaitlistOffer",
    "WeeklyHours",
]
