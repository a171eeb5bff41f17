"""The tables of the patient portal, to be imported from here."""

from portal.models.access_requests import AccessRequest
from portal.models.accounts import AccountPatient, Basis, ContactPoint, PatientAccount, Relation
from portal.models.calendars import CalendarSubscription
from portal.models.preferences import ContactPreferences
from portal.models.sign_ins import Device, SignInCode

__all__ = [
    "AccessRequest",
    "AccountPatient",
    "Basis",
    "CalendarSubscription",
    "ContactPoint",
    "ContactPreferences",
    "Device",
    "PatientAccount",
    "Relation",
    "SignInCode",
]
