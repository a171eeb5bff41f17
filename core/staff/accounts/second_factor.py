"""The second factor in front of the staff's pages: a password alone opens none."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core.staff.models import User

View = Callable[..., HttpResponse]
# Recovery codes are the spare key of these; alone they are no second factor.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_enrolled(user: User) -> bool:
    """Return whether this person has a second factor."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def is_proved(request: HttpRequest) -> bool:
    """Return whether this session went through a second factor that its user still has."""
    user = request.user
    records = get_authentication_records(request, user)
    passed = any(record["method"] == "mfa" for record in records)
    return passed and isinstance(user, User) and is_enrolled(user)


def is_satisfied(request: HttpRequest) -> bool:
    """Return whether this session may open staff pages as far as the second factor is concerned."""
    return not settings.STAFF_MFA_REQUIRED or is_proved(request)


def next_step(user: User, next_url: str) -> str:
    """Return where who gave only the password goes on: prove the second factor, or get one."""
    if not is_enrolled(user):
        return reverse("mfa_index")
    by_code = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
    name = "mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn"
    return f"{reverse(name)}?{urlencode({'next': next_url})}"


def second_factor_required(view: View) -> View:
    """Require the second factor for a page that changes how somebody signs in.

    A session that was opened by password before its user had a second factor may not use the
    password to take that factor away.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and is_enrolled(user) and not is_proved(request):
            return redirect(next_step(user, request.get_full_path()))
        return view(request, *args, **kwargs)

    return wrapper
