"""The second step in our words, and with each code taken once.

A code is accepted half a minute early or late, for clocks that drift and people who type slowly.
allauth remembers a used one for half a minute only; we remember it for as long as it would work.
"""

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from core.people.form_fields import AddressField
from core.staff.accounts import sign_in_limits
from core.staff.models import User


class NewPasswordForm(ResetPasswordForm):
    """Where to send the link that sets a password."""

    email = AddressField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))


class CodeForm(AuthenticateForm):
    """The code that is asked for when signing in."""

    def clean_code(self) -> str:
        _count_try(self.user)
        return _take_once(self.user, super().clean_code())


class CodeAgainForm(ReauthenticateForm):
    """The code that is asked for once more before something important."""

    def clean_code(self) -> str:
        _count_try(self.user)
        return _take_once(self.user, super().clean_code())


class PasskeyForm(AddWebAuthnForm):
    """A new passkey, and whether it replaces the password."""

    passwordless = forms.BooleanField(
        label=_("Use it instead of the password"),
        required=False,
        help_text=_("The device then has to ask for your PIN, fingerprint or face."),
    )


def _count_try(user: User) -> None:
    if not sign_in_limits.may_try_code(context.request, user):
        raise get_account_adapter().validation_error("too_many_login_attempts")


def _take_once(user: User, code: str) -> str:
    sign_in_limits.code_was_right(context.request, user)
    lifetime = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    digits = "".join(filter(str.isalnum, code)).upper()  # "123 456" is the same code
    if not cache.add(f"staff-code:{user.pk}:{digits}", True, lifetime):
        raise get_adapter().validation_error("incorrect_code")
    return code
