"""Staff for the tests, and how they sign in: through the pages, as a person would."""

from functools import cache
from itertools import count

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from core.staff import roles
from core.staff.models import User

PASSWORD = "correct horse battery staple"
numbers = count(1)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)  # slow on purpose, so once for all


def make_staff(role: str = "", *, name: str = "Robin Example", **fields) -> User:
    """A member of staff with PASSWORD; `role` is one of roles.ROLES."""
    fields.setdefault("email", f"staff{next(numbers)}@example.org")
    user = User.objects.create(name=name, **{"is_staff": True, "password": _hashed(), **fields})
    if role:
        user.groups.add(_group(role))
    return user


def _group(role: str) -> Group:
    """The role as `manage.py roles` makes it: it stands in the template of the test database."""
    if found := Group.objects.filter(name=role).first():
        return found
    roles.apply()
    return Group.objects.get(name=role)


def make_manager(**fields) -> User:
    return make_staff("manager", **fields)


def enroll(user: User) -> str:
    """Give them an authenticator app and recovery codes. Returns the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    now = list(yield_hotp_counters_from_time())[settings.MFA_TOTP_TOLERANCE]
    return format_hotp_value(hotp_value(secret, now))


def give_password(client: Client, user: User, password: str = PASSWORD, next_url: str = ""):
    """Fill in the sign-in form and return the answer."""
    data = {"login": user.email, "password": password, "next": next_url}
    return client.post(reverse("account_login"), data)


def sign_in(client: Client, user: User) -> Client:
    """Both steps, with a fresh authenticator app."""
    secret = enroll(user)
    give_password(client, user)
    answer = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content
    return client


def fully_signed_in(role: str, **fields) -> Client:
    """A browser in which a new member of staff has signed in; `user` is theirs."""
    client = Client()
    client.user = make_staff(role, **fields)
    return sign_in(client, client.user)
