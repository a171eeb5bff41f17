"""allauth as this site uses it: nobody signs up, mail goes by the outbox, limits know networks."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.guard.client_ip import client_network
from core.mail import outbox
from core.people import email_addresses
from core.practice.models import Practice
from core.staff.accounts import second_factor, sign_in_limits
from core.staff.models import User

# Which of our templates says it, and for changes of an account what has changed.
MAILS = {
    "account/email/password_reset_key": ("account_password_reset", ""),
    "account/email/unknown_account": ("account_unknown", ""),
    "account/email/password_changed": ("account_changed", _("The password was changed.")),
    "account/email/password_reset": ("account_changed", _("The password was changed.")),
    "account/email/password_set": ("account_changed", _("A password was set.")),
    "mfa/email/totp_activated": ("account_changed", _("An authenticator app was added.")),
    "mfa/email/totp_deactivated": ("account_changed", _("The authenticator app was removed.")),
    "mfa/email/webauthn_added": ("account_changed", _("A passkey was added.")),
    "mfa/email/webauthn_removed": ("account_changed", _("A passkey was removed.")),
    "mfa/email/recovery_codes_generated": (
        "account_changed",
        _("New recovery codes were made. The old ones no longer work."),
    ),
}
# What a stranger can make us send, to any address.
ASKED_FOR = {"account_password_reset", "account_unknown"}
LONGEST_PAUSE = timedelta(hours=6)


class StaffAccountAdapter(DefaultAccountAdapter):
    """Passwords and their mails."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "incorrect_code": _("This code does not fit. Wait for the next one and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what allauth's limits count by.

        A Unix socket without a trusted proxy is one client.
        """
        return client_network(request) or "local"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        # allauth would count by address alone: a stranger could keep its owner out.
        if not sign_in_limits.may_try_password(request, credentials.get("email", "")):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            sign_in_limits.password_was_right(request, credentials.get("email", ""))
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again unless this session just proved the strongest thing its user has."""
        user = current.request.user
        enrolled = second_factor.is_enrolled(user)
        oldest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(current.request, user)
        return not any(
            record["at"] > oldest and (record["method"] == "mfa" or not enrolled)
            for record in records
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        return password_link(key)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        template, change = MAILS[template_prefix]
        if template in ASKED_FOR:
            _answer(template, email, context.get("password_reset_url") or password_link("0-0-0"))
            return
        practice = Practice.current()
        outbox.enqueue(
            template,
            key=f"account:{uuid4()}",
            to=email,
            link=settings.SITE_URL + reverse("mfa_index"),
            change=change,
            at=date_format(timezone.localtime(timezone=practice.zone), "DATETIME_FORMAT"),
            zone=practice.get_time_zone_display(),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict | None = None,
        email: str | None = None,
    ) -> None:
        self.send_mail(template_prefix, user.email, context or {})


def _answer(template: str, email: str, link: str) -> None:
    """The mail to an address that asked for a new password: the same work whether we know it.

    Who asks again and again gets the newest after a while; the links before it work as well.
    """
    about = f"account:{email_addresses.keyed_hash(email)}"
    [other] = ASKED_FOR - {template}
    outbox.enqueue(
        template,
        key=f"account:{uuid4()}",
        to=email,
        about=about,
        overtakes=True,
        wait=outbox.delay(about=about, longest=LONGEST_PAUSE),
        secret=True,
        or_else=[(other, {"link": link})],
        link=link,
    )


class StaffMFAAdapter(DefaultMFAAdapter):
    """The second step: names of devices, and of this site in them."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code does not fit. Wait for the next one and try again."),
    }

    def get_totp_issuer(self) -> str:
        return Practice.current().name

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey") if not count else gettext("Passkey %d") % (count + 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": Practice.current().name}


def password_link(key: str) -> str:
    """Return the address where whoever holds `key` ("uid-token") sets a password.

    Never from Host.
    """
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return settings.SITE_URL + path.replace("UID-KEY", key)
