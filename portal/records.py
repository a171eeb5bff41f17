"""The records of which somebody may have a copy, choose how they are reached, and ask for erasure.

Their own, and those of whom they stand for: not of people who only let them book.
"""

from appointments.models import Patient
from portal.models import PatientAccount, Relation


def managed(account: PatientAccount) -> list[Patient]:
    """Return them, the account's own first."""
    links = [link for link in account.patients if link.relation != Relation.OTHER]
    return list({link.record.pk: link.record for link in links}.values())


def chosen(account: PatientAccount, number: int) -> Patient | None:
    """Return the one with this key, else the first; None where there is none."""
    mine = managed(account)
    return next((patient for patient in mine if patient.pk == number), mine[0] if mine else None)
