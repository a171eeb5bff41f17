"""Does the outbox get its e-mails out? What the status of the site says of it, without a person."""

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.database import database_time
from core.mail import outbox_hold
from core.mail.models import OutgoingEmail
from core.monitoring.results import CheckResult, Level, level_above
from core.monitoring.spans import MINUTE, span

WAITS_WARNING, WAITS_ERROR = 5 * MINUTE, 15 * MINUTE


def check_waiting() -> list[CheckResult]:
    """Return for how long the oldest e-mail has waited past its time for a worker."""
    late = ExpressionWrapper(Now() - F("due_at"), output_field=DurationField())
    overdue = OutgoingEmail.objects.overdue().order_by().annotate(late=late)
    found = overdue.aggregate(count=Count("pk"), longest=Max("late"))
    seconds = found["longest"].total_seconds() if found["longest"] else 0.0
    figures = {"mail_oldest_waiting_seconds": seconds, "mail_overdue": float(found["count"])}
    level = level_above(seconds, warning=WAITS_WARNING, error=WAITS_ERROR)
    if level is Level.OK:
        sentence = _("No e-mail waits longer than it should.")
        return [CheckResult("mail_waiting", level, sentence, "", figures)]
    sentence = ngettext(
        "%(count)d e-mail waits to be sent, for %(span)s.",
        "%(count)d e-mails wait to be sent, the oldest for %(span)s.",
        found["count"],
    ) % {"count": found["count"], "span": span(seconds)}
    advice = _("See that beat and the clinic's worker run. They go out by themselves then.")
    return [CheckResult("mail_waiting", level, sentence, advice, figures)]


def check_held() -> list[CheckResult]:
    """Return whether the outbox is held: the mail server refuses one e-mail after the other."""
    held = outbox_hold.current()
    figures = {"mail_held": float(held is not None)}
    if held is None:
        sentence = _("The mail server takes our e-mails.")
        return [CheckResult("mail_server", Level.OK, sentence, "", figures)]
    seconds = (database_time.now() - held.since).total_seconds()
    sentence = _(
        "E-mails are held for %(span)s: the mail server refuses them. It said: %(why)s"
    ) % {
        "span": span(seconds),
        "why": held.reason,
    }
    advice = _(
        "Look at EMAIL_URL and the account with the provider. One e-mail is tried every minute; "
        "all go out by themselves once the server takes it."
    )
    return [CheckResult("mail_server", Level.ERROR, sentence, advice, figures)]
