"""Invitations: a manager invites people to the staff, they set their own password."""

from uuid import uuid4

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import transaction

from core.mail import outbox
from core.staff.accounts.adapter import password_link
from core.staff.models import User


@transaction.atomic
def invite(user: User) -> None:
    """Save a new member of staff without a password and mail them the link to set one."""
    user.is_staff = True
    user.set_unusable_password()
    user.save()
    send_link(user)


def send_link(user: User) -> None:
    """Queue a mail with a link that sets the password once, until PASSWORD_RESET_TIMEOUT."""
    token = PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    outbox.enqueue(
        "account_invited",
        key=f"account:{uuid4()}",
        to=user.email,
        secret=True,
        name=user.name,
        link=password_link(f"{user_pk_to_url_str(user)}-{token}"),
    )


@transaction.atomic
def start_over(user: User) -> None:
    """Let somebody start over who lost their phone, or their account to someone else.

    Their second factors go, every session of theirs ends (a session holds only as long as the
    password it was opened with), and they get a link to set up a new password.
    """
    Authenticator.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    send_link(user)
