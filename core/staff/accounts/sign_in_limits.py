"""Limits of passwords and codes: counted by who tries, so that nobody is kept out.

A stranger who knows an address, or even a password, uses up tries of their own network. Codes have
six digits, and somebody with many networks could try a great many: what comes from networks from
which this person never signed in is counted together as well. From their own they always get in,
and with a passkey, which cannot be guessed, from anywhere.
"""

from datetime import timedelta

from django.http import HttpRequest

from core.database import database_time
from core.guard import rate_limits
from core.guard.client_ip import client_network
from core.staff.models import AuditEvent, User

KNOWN_FOR = timedelta(days=90)


def may_try_password(request: HttpRequest, login: str) -> bool:
    """Count one try of a password for this address; return whether it may be looked at."""
    return rate_limits.allow("sign_in", login.strip().lower(), client_network(request))


def password_was_right(request: HttpRequest, login: str) -> None:
    """Forget the tries of this address from there: the password was right."""
    rate_limits.forget("sign_in", login.strip().lower(), client_network(request))


def may_try_code(request: HttpRequest, user: User) -> bool:
    """Count one try of a code for this person; return whether it may be looked at."""
    network = client_network(request)
    if not rate_limits.allow("codes", str(user.pk), network):
        return False
    return _is_known(user, network) or rate_limits.allow("codes_elsewhere", str(user.pk))


def code_was_right(request: HttpRequest, user: User) -> None:
    """Forget the tries of this person from there: the code was right."""
    rate_limits.forget("codes", str(user.pk), client_network(request))


def _is_known(user: User, network: str) -> bool:
    """Whether this person signed in from there of late."""
    since = database_time.now() - KNOWN_FOR
    signed_in = AuditEvent.objects.filter(user_pk=user.pk, at__gt=since, action="sign-in")
    return signed_in.filter(network=network).exists()
