"""Browsers in which somebody of the staff is signed in. How they sign in is tested elsewhere."""

from django.test import Client

from tests.core.staff.people import make_staff


def signed_in(role: str, **fields) -> Client:
    """A browser of somebody with that role. The tests relax STAFF_MFA_REQUIRED."""
    client = Client()
    client.force_login(make_staff(role, **fields))
    return client
