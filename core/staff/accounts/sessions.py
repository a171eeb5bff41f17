"""How long a sign-in lasts: until it idles, until the day is over, or until the browser closes."""

import time
from typing import cast

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from core.staff.audit import trail
from core.staff.models import User

SINCE = "staff_since"
SEEN = "staff_seen"
SEEN_EVERY = 60  # seconds: one write a minute at most
# What a page asks by itself. Whoever sends it without being asked to is signed out the sooner.
PASSIVE = "X-Passive"


class StaffAuthenticationMiddleware(AuthenticationMiddleware):
    """Gives `request.user`, and ends a sign-in that is over the moment anyone asks for it.

    A page that never asks who is looking costs no session and stays cacheable.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast(User, SimpleLazyObject(lambda: current_user(request)))


def current_user(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in, unless idle for STAFF_IDLE_MINUTES or in for SESSION_COOKIE_AGE.

    A request with the header PASSIVE counts as no activity.
    """
    user = auth.get_user(request)
    if not user.is_authenticated:
        return user
    now = int(time.time())
    session = request.session
    since, seen = session.get(SINCE, now), session.get(SEEN, now)
    too_old = now - since >= settings.SESSION_COOKIE_AGE
    if too_old or now - seen >= settings.STAFF_IDLE_MINUTES * 60:
        return _end(request, user)
    passive = PASSIVE in request.headers
    if SINCE not in session or (now - seen >= SEEN_EVERY and not passive):
        session[SINCE], session[SEEN] = since, now
    return user


def _end(request: HttpRequest, user: User) -> AnonymousUser:
    request.session.flush()
    trail.record(request, "session ended", user=user)
    text = _("You were away for a while, so we signed you out.")
    messages.info(request, text, fail_silently=True)
    return AnonymousUser()
