"""Do texts go out? What the status of the site says of them, without a person."""

from datetime import timedelta

from django.db.models import Count, Max, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import sms
from core.monitoring.results import CheckResult, Level
from core.outbox import health_checks as outbox_checks
from core.sms.models import OutgoingText

LATELY = timedelta(hours=1)
REFUSED_IN_A_ROW = 3


def check_waiting() -> list[CheckResult]:
    """Return for how long the oldest text has waited past its time; nothing where none are sent."""
    if not sms.is_configured():
        return []
    rows, fine = OutgoingText.objects.all(), _("No text waits longer than it should.")
    return [outbox_checks.check_waiting(rows, "texts", fine=fine, late=_late)]


def _late(count: int) -> str:
    return ngettext(
        "%(count)d text waits to be sent, for %(span)s.",
        "%(count)d texts wait to be sent, the oldest for %(span)s.",
        count,
    )


def check_provider() -> list[CheckResult]:
    """Return whether the provider takes our texts; nothing where the site sends none."""
    if not sms.is_configured():
        return []
    lately = OutgoingText.objects.filter(created_at__gt=Now() - LATELY)
    troubled = Q(attempts__gt=0, status__in=["waiting", "failed"]) & ~Q(last_error="")
    found = lately.aggregate(
        refused=Count("pk", filter=troubled),
        taken=Count("pk", filter=Q(status="sent")),
        said=Max("last_error", filter=troubled),
    )
    figures = {"texts_refused": float(found["refused"]), "texts_taken": float(found["taken"])}
    if found["taken"] or found["refused"] < REFUSED_IN_A_ROW:
        sentence = _("The provider takes our texts.")
        return [CheckResult("texts_provider", Level.OK, sentence, "", figures)]
    sentence = _("Within the last hour no text went out. The provider said: %(why)s") % {
        "why": found["said"]
    }
    advice = _("Look at SMS_URL and at the account with the provider of texts.")
    return [CheckResult("texts_provider", Level.ERROR, sentence, advice, figures)]
