"""A patient's session: how it begins, how long it lasts, how it ends.

It is Django's, begun by `auth.login`, and bound to a row of `Device`: ending that row ends it. One
browser has one session, so whoever signs in ends what was there before, staff's sign-in too.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.database import database_time
from core.languages.speaking import of_now
from core.staff.accounts.sessions import PASSIVE
from portal.models import AccessRequest, Device, PatientAccount
from portal.sign_in import browsers

BACKEND = "portal.sign_in.backend.PatientBackend"
SESSION_KEY = "portal_session"
SEEN_EVERY = timedelta(minutes=1)


def begin(request: HttpRequest, account: PatientAccount, *, way: str) -> Device:
    """Sign this account in, in a session with a new key and nothing of what was in the old one.

    The answer has to pass `keep_known`.
    """
    leave(request)
    auth.login(request, account.user, backend=BACKEND)  # a new key: nobody fixed it before
    request.user = AnonymousUser()
    key = secrets.token_urlsafe(24)
    request.session[SESSION_KEY] = key
    now = database_time.now()
    browser = browsers.hash_of(browsers.key_for(request))
    device, made = Device.objects.update_or_create(
        account=account,
        browser=browser,
        ended_at=None,
        defaults={
            "session": hashed(key),
            "name": browsers.name_of(request),
            "way": way,
            "signed_in_at": now,
            "seen_at": now,
        },
        create_defaults={
            "session": hashed(key),
            "name": browsers.name_of(request),
            "way": way,
            "first_at": now,
            "signed_in_at": now,
            "seen_at": now,
        },
    )
    PatientAccount.objects.filter(pk=account.pk).update(language=of_now())
    device.is_new, account.language = made, of_now()
    return device


def leave(request: HttpRequest) -> None:
    """End whatever this browser is signed in to, a patient's place or staff's."""
    key = request.session.get(SESSION_KEY)
    if key:
        Device.objects.filter(session=hashed(key)).update(session="")
    auth.logout(request)  # the trail hears of staff, and the session is emptied


def current(request: HttpRequest) -> PatientAccount | None:
    """Return whose place this session opens; None where it opens none, or is over.

    It is over after PATIENT_IDLE_MINUTES without a request, SESSION_COOKIE_AGE after the sign-in,
    when its device was ended, or its account.
    """
    key = request.session.get(SESSION_KEY)
    if not key:
        return None
    device = _device_of(key)
    if device is None or _is_over(device) or not _is_of(request, device):
        leave(request)
        text = _("You were away for a while, so we signed you out.")
        if device is not None:
            messages.info(request, text, fail_silently=True)
        return None
    now = database_time.now()
    if now - device.seen_at >= SEEN_EVERY and PASSIVE not in request.headers:
        Device.objects.filter(pk=device.pk).update(seen_at=now)
    device.account.device = device
    return device.account


def end_all(account: PatientAccount) -> int:
    """Sign the account out in every browser; return how many knew it."""
    known = account.devices.known()
    return known.update(ended_at=database_time.now(), session="")


def hashed(key: str) -> str:
    """Return what the database keeps of a key that a browser holds."""
    return hashlib.sha256(key.encode()).hexdigest()


def keep_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser keep what it is known by, and return the answer."""
    browsers.remember(response, browsers.key_for(request))
    return response


def _device_of(key: str) -> Device | None:
    known = Device.objects.known().select_related("account__user")
    known = known.annotate(
        has_request=Exists(AccessRequest.objects.to_account(OuterRef("account")))
    )
    device = known.filter(session=hashed(key), account__ended_at=None).first()
    if device is not None:
        device.is_asked = device.has_request
    return device


def _is_over(device: Device) -> bool:
    now = database_time.now()
    idle = timedelta(minutes=settings.PATIENT_IDLE_MINUTES)
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return now - device.seen_at >= idle or now - device.signed_in_at >= longest


def _is_of(request: HttpRequest, device: Device) -> bool:
    """Whether Django's own part of the session is of the same account."""
    return request.session.get(auth.SESSION_KEY) == str(device.account.user_id)
