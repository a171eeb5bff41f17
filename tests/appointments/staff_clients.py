"""Test clients in which somebody of the staff is signed in."""

from django.test import Client

from tests.core.staff.people import make_staff


def signed_in(role: str, **fields) -> Client:
    """Return a client of somebody with that role. The tests relax STAFF_MFA_REQUIRED."""
    client = Client()
    client.force_login(make_staff(role, **fields))
    return client
