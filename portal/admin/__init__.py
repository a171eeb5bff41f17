"""Patients' accounts in the back office. Each module registers what it shows."""

from portal.admin import patient_accounts

__all__ = ["patient_accounts"]
