"""Codes that prove an e-mail address or a phone number: asked for, sent, tried once.

Nobody is looked up to send one: whatever was typed gets its code by the same work. A code works in
the browser that asked for it and for a few minutes; of it and of the browser a keyed hash is kept.

Nobody guesses one: it is tried five times, by one browser. Who asks again and again for somebody
else's address could try more of them, so from the fourth code within an hour on a code has ten
digits instead of six, and no new one is sent while the last is on its way: who asks then waits for
that one, whichever browser it is. So nobody fills a mailbox either, and its owner, who reads it,
comes in whatever strangers do.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import sms
from core.database import database_time
from core.guard import rate_limits
from core.guard.client_ip import client_network
from core.languages.speaking import of_now
from core.mail import outbox
from core.people import email_addresses
from core.sms import outbox as texts
from portal.models import ContactPoint, PatientAccount, SignInCode
from portal.sign_in.sessions import hashed

Kind = ContactPoint.Kind
SESSION_KEY = "portal_code"
DIGITS, MORE_DIGITS = 6, 10
LASTS, LASTS_LONGER = timedelta(minutes=10), timedelta(minutes=30)
# While so many are asked for, the newest long one is everybody's who asks.
SHARED_FOR = timedelta(minutes=20)


@dataclass(frozen=True)
class Reached:
    """An address in its one spelling, or a number as +16155550117."""

    kind: str
    value: str
    language: str = settings.LANGUAGE_CODE

    @classmethod
    def by_email(cls, email: str) -> "Reached":
        return cls(Kind.EMAIL, email_addresses.normalized(email), of_now())

    @classmethod
    def by_phone(cls, number: str) -> "Reached":
        return cls(Kind.PHONE, number, of_now())

    @classmethod
    def again(cls, row: "SignInCode") -> "Reached":
        return cls(row.kind, row.value, of_now())

    @property
    def counted_as(self) -> str:
        """What is counted by: the mailbox, or the number."""
        return email_addresses.mailbox(self.value) if self.kind == Kind.EMAIL else self.value


@transaction.atomic
def ask(request: HttpRequest, reached: Reached, *, account: PatientAccount | None = None) -> None:
    """Send a code there, and let this browser alone use it.

    `account` is the one that adds the address, where nobody signs in.
    """
    key = secrets.token_urlsafe(24)
    _lock(reached)
    now = database_time.now()
    few = rate_limits.allow("fresh_codes_per_address", reached.counted_as)
    shared = None if few else _newest_long(reached, now)
    row = SignInCode(
        browser=hashed(key),
        kind=reached.kind,
        value=reached.value,
        account=account,
        created_at=now,
        digits=DIGITS if few else MORE_DIGITS,
        ends_at=now + (LASTS if few else LASTS_LONGER),
    )
    if shared:
        row.code_hash, row.ends_at = shared.code_hash, shared.ends_at
    else:
        code = _new_code(row.digits)
        row.code_hash = _code_hash(reached, code)
        _send(request, reached, code, row.ends_at)
    row.save(force_insert=True)
    request.session[SESSION_KEY] = key


def asked(request: HttpRequest) -> SignInCode | None:
    """Return the code that this browser waits for, also one that is over, or None."""
    key = request.session.get(SESSION_KEY)
    return SignInCode.objects.filter(browser=hashed(key), used_at=None).first() if key else None


def prove(row: SignInCode, typed: str) -> Reached | None:
    """Count a try; return what the code proves where it is right, once, and None otherwise."""
    now = database_time.now()
    # The database counts: of many tries at once no more are looked at than there are.
    usable = SignInCode.objects.usable(now).filter(pk=row.pk)
    if not usable.update(tries=F("tries") + 1):
        return None
    reached = Reached(row.kind, row.value)
    if not hmac.compare_digest(row.code_hash, _code_hash(reached, digits_of(typed))):
        return None
    unused = SignInCode.objects.filter(pk=row.pk, used_at=None)
    return reached if unused.update(used_at=now) else None


def digits_of(typed: str) -> str:
    """Return the digits of what was typed: "123 456", "123-456" and "١٢٣٤٥٦" are the same code."""
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())


def is_usable(row: SignInCode) -> bool:
    """Return whether this code may still be tried."""
    is_left = row.used_at is None and row.tries < SignInCode.MOST_TRIES
    return is_left and row.ends_at > database_time.now()


def can_text() -> bool:
    """Return whether codes can go to phones."""
    return sms.is_configured()


def _newest_long(reached: Reached, now: datetime) -> SignInCode | None:
    sent = SignInCode.objects.filter(kind=reached.kind, value=reached.value, digits=MORE_DIGITS)
    return sent.filter(created_at__gt=now - SHARED_FOR, ends_at__gt=now).order_by("-pk").first()


def _lock(reached: Reached) -> None:
    """Let two who ask for one address at once not both count as the first."""
    with connection.cursor() as cursor:
        words = [f"sign-in:{reached.kind}:{reached.counted_as}"]
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", words)


def _new_code(digits: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def _code_hash(reached: Reached, code: str) -> str:
    words = f"{reached.kind}\n{reached.value}\n{code}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"portal.code\n" + words, sha256).hexdigest()


def _send(request: HttpRequest, reached: Reached, code: str, ends_at: datetime) -> None:
    said: dict[str, Any] = {
        "key": f"sign-in:{uuid4()}",
        "to": reached.value,
        "about": about(reached),
        "secret": True,
        "not_after": ends_at,
        "language": reached.language,
        "minutes": round((ends_at - database_time.now()).total_seconds() / 60),
    }
    if reached.kind == Kind.EMAIL:
        outbox.enqueue("sign_in_code", code=spaced(code), **said)
    else:
        # Without the space: that is how phones find it. Where no text can go, the page says the
        # same, and the other way is a link on it.
        network = client_network(request)
        texts.enqueue("code", code=code, quiet_hours=False, network=network, **said)


def about(reached: Reached) -> str:
    """Return what groups the codes to one address, without naming it."""
    return f"sign-in:{email_addresses.keyed_hash(reached.value)}"


def spaced(code: str) -> str:
    """Return it as people read it: "123 456"."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def why_wrong(row: SignInCode) -> str:
    """Return what to say to whoever typed a code that is not right."""
    if row.ends_at <= database_time.now():
        return _("This code is too old. Have a new one sent.")
    if row.tries >= SignInCode.MOST_TRIES:
        return _("Those were too many tries. Have a new code sent.")
    return _("This is not the code that we sent. Look once more; the newest message counts.")
