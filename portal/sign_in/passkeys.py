"""Passkeys of patients: kept and checked by allauth, for accounts of patients alone.

What is shown by the phone that keeps one is a masked address: others may look at its list.
"""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from fido2.utils import websafe_decode

from core.practice.models import Practice
from core.staff.models import User
from portal.models import PatientAccount

LONGEST = 10_000  # characters that a browser may send as a passkey
MOST = 10  # of one account


class NoSuchPasskey(Exception):
    """What the browser sent is no passkey of a patient, or an answer to another question."""


def of(account: PatientAccount) -> QuerySet[Authenticator]:
    """Return the passkeys of an account, the oldest first."""
    kind = Authenticator.Type.WEBAUTHN
    return Authenticator.objects.filter(user=account.user_id, type=kind).order_by("pk")


def creation_options(account: PatientAccount) -> dict[str, Any]:
    """Return what the browser needs to make one. The session keeps the question."""
    options: dict[str, Any] = auth.begin_registration(account.user, passwordless=True)
    person = options["publicKey"]["user"]
    shown = ", ".join(point.masked for point in account.proved[:1])
    person["name"] = person["displayName"] = shown or str(Practice.current().name)
    return options


def add(account: PatientAccount, answer: str, *, name: str) -> Authenticator:
    """Keep the passkey that the browser made. Raises NoSuchPasskey."""
    credential = _read(answer)
    if of(account).count() >= MOST:
        raise NoSuchPasskey
    try:
        auth.complete_registration(credential)
        return auth.WebAuthn.add(account.user, name, credential).instance
    except (ValidationError, ValueError, TypeError, KeyError) as error:
        raise NoSuchPasskey from error


@transaction.atomic
def remove(account: PatientAccount, pk: int) -> bool:
    """Let a passkey open the place no more. False where the account has no such one."""
    if not of(account).filter(pk=pk).delete()[0]:
        return False
    account.note_removal()
    return True


def request_options() -> dict[str, Any]:
    """Return what the browser needs to ask for any passkey of this site, whoever's it is."""
    options: dict[str, Any] = auth.begin_authentication()
    return options


def account_of(answer: str) -> PatientAccount:
    """Return the account whose passkey this is. Raises NoSuchPasskey, for staff's too."""
    credential = _read(answer)
    try:
        handle = websafe_decode(credential["response"]["userHandle"]).decode()
        user = User.patients.select_related("patient_account").get(pk=_key(handle))
        used = auth.complete_authentication(user, credential)
    except (ValidationError, ValueError, TypeError, KeyError, User.DoesNotExist) as error:
        raise NoSuchPasskey from error
    account: PatientAccount = user.patient_account
    if account.ended_at is not None:
        raise NoSuchPasskey
    used.record_usage()
    account.user = user
    return account


def next_name(account: PatientAccount) -> str:
    """Return what to call one more."""
    count = of(account).count()
    return _("Passkey") if not count else _("Passkey %d") % (count + 1)


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise NoSuchPasskey
    try:
        found = json.loads(answer)
    except ValueError as error:
        raise NoSuchPasskey from error
    if not isinstance(found, dict):
        raise NoSuchPasskey
    return found


def _key(handle: str) -> int:
    from allauth.account.utils import url_str_to_user_pk

    return int(url_str_to_user_pk(handle))
