"""Sign-in events of Django and allauth, written to the audit trail.

Their signals are the only door both libraries have for this; we send none of our own.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from core.staff.accounts.second_factor import FACTORS
from core.staff.audit import trail
from core.staff.models import User


def connect() -> None:
    """Connect each signal to the function that records it. Called once, when Django starts."""
    auth.user_logged_in.connect(signed_in)
    auth.user_login_failed.connect(sign_in_failed)
    auth.user_logged_out.connect(signed_out)
    account.password_changed.connect(password_changed)
    account.password_reset.connect(password_changed)
    mfa.authenticator_added.connect(factor_added)
    mfa.authenticator_removed.connect(factor_removed)
    mfa.authenticator_reset.connect(recovery_codes_renewed)
    mfa.authentication_failed.connect(factor_failed)


def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a sign-in of the staff. Patients see theirs in their own place, and can erase them."""
    if user.is_patient:
        return
    trail.record(request, "sign-in", user=user)


def sign_in_failed(credentials: dict, request: HttpRequest | None = None, **kwargs: Any) -> None:
    # Only an address we know is kept: people type passwords into the wrong field.
    """Record a wrong password, with the account if there is one of that address."""
    typed = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=typed).first()
    trail.record(request, "sign-in failed", user=user)


def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record a sign-out."""
    if user is not None:
        trail.record(request, "sign-out", user=user)


def password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record that a password was changed or reset."""
    trail.record(request, "password changed", user=user)


def factor_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record a new second factor, and take it as proved in this session."""
    trail.record(request, "second factor added", user=user, model=authenticator.type)
    if authenticator.type in FACTORS:
        # Whoever just set it up has just shown that they hold it: do not ask again at once.
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record that a second factor is gone."""
    trail.record(request, "second factor removed", user=user, model=authenticator.type)


def factor_failed(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record a wrong code or passkey."""
    trail.record(request, "second factor failed", user=user, model=authenticator.type)


def recovery_codes_renewed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record that new recovery codes were made."""
    trail.record(request, "recovery codes renewed", user=user)
