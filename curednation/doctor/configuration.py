"""Are the settings those of a deployment, do its keys differ, and can anybody get in?"""

import difflib
import os
import re
from collections.abc import Iterator

from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils.translation import gettext as _

from core.database import key_rotation
from core.environment import Environment
from core.monitoring.results import CheckResult, Level
from core.practice.models import Practice
from core.staff.models import User


def check_settings() -> Iterator[CheckResult]:
    """Yield what `check --deploy --database default` finds, each with its advice."""
    told = checks.run_checks(include_deployment_checks=True, databases=["default"])
    found = [message for message in told if not message.is_silenced()]
    for message in found:
        level = Level.ERROR if message.level >= checks.ERROR else Level.WARNING
        advice = " ".join(str(message.hint or "").split())
        yield CheckResult("settings", level, " ".join(str(message.msg).split()), advice)
    if not found:
        yield CheckResult(
            "settings", Level.OK, _("The settings and the roles of the database are in order.")
        )


def check_names() -> Iterator[CheckResult]:
    """Yield each variable that is nearly called like a setting, and so is read by nobody."""
    for name in sorted(os.environ.keys() - Environment.asked):
        [meant] = difflib.get_close_matches(name, Environment.asked, 1, cutoff=0.85) or [""]
        if meant:
            sentence = _("%s is no setting: nobody reads it.") % name
            advice = _("Write %s, or take the line out.") % meant
            yield CheckResult("names", Level.WARNING, sentence, advice)


def check_keys() -> Iterator[CheckResult]:
    """Yield whether every purpose has a key of its own."""
    keys = [settings.SECRET_KEY, settings.ADDRESS_KEY]
    keys += [*settings.NEWSLETTER_KEYS, *settings.RECORD_KEYS]
    if len(set(keys)) < len(keys):
        names = "SECRET_KEY, ADDRESS_KEY, NEWSLETTER_KEYS, RECORD_KEYS"
        sentence = _("Two of these are the same: %s.") % names
        advice = _("Write a new SECRET_KEY; the others have signed what must stay valid.")
        yield CheckResult("keys", Level.WARNING, sentence, advice)
        return
    sentence = _("Each purpose has a key of its own. Keep a copy of them away from this machine.")
    yield CheckResult("keys", Level.OK, sentence)


def check_records() -> Iterator[CheckResult]:
    """Yield whether RECORD_KEYS open what was encrypted last."""
    closed = [str(each) for each in key_rotation.columns() if not key_rotation.opens_newest(each)]
    if closed:
        sentence = _("No key of RECORD_KEYS opens the newest row of %s.") % ", ".join(closed)
        advice = _("Put the key that is missing back, from the copy of the environment file.")
        yield CheckResult("records", Level.ERROR, sentence, advice)
    else:
        yield CheckResult("records", Level.OK, _("RECORD_KEYS open the records of visits."))


def check_time_limits() -> Iterator[CheckResult]:
    """Yield whether the database cuts off what takes too long, as seen from a request."""
    names = ("lock_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        limits = {name: _show(cursor, name) for name in names}
    missing = [name for name, value in limits.items() if not re.search("[1-9]", value)]
    if missing:
        sentence = _("The database sets no %s: a lock left open would stop the site.")
        advice = _("A pooler between may drop them. Run `curednation database_roles`.")
        told = sentence % ", ".join(missing)
        yield CheckResult("time_limits", Level.ERROR, told, advice)
    else:
        yield CheckResult("time_limits", Level.OK, _("The database keeps to its time limits."))


def _show(cursor, name: str) -> str:  # type: ignore[no-untyped-def]
    cursor.execute("SELECT current_setting(%s)", [name])
    return str(cursor.fetchone()[0])


def check_staff() -> Iterator[CheckResult]:
    """Yield whether somebody can manage the clinic, and whether it has a name."""
    managers = User.objects.filter(is_active=True, groups__name="manager")
    entered = managers.filter(last_login__isnull=False).exists()
    if not managers.exists():
        advice = _("Run `curednation invite_manager --name … --email …`.")
        yield CheckResult("managers", Level.ERROR, _("The clinic has no manager."), advice)
    elif not entered:
        sentence = _("No manager has signed in yet.")
        advice = _(
            "The invitation is in their mail; a new one: `curednation invite_manager --again …`."
        )
        yield CheckResult("managers", Level.WARNING, sentence, advice)
    else:
        yield CheckResult("managers", Level.OK, _("A manager can sign in."))
    if not Practice.objects.exists():
        advice = _("Write it in the admin under “The practice”, or run install_clinic once more.")
        yield CheckResult("practice", Level.ERROR, _("The clinic has no name yet."), advice)
