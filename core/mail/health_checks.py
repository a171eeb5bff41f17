"""Does the outbox get its e-mails out? What the status of the site says of it, without a person."""

from datetime import timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.mail.models import EmailStatus, OutgoingEmail
from core.monitoring.results import CheckResult, Level, level_above
from core.monitoring.spans import MINUTE, span

WAITS_WARNING, WAITS_ERROR = 5 * MINUTE, 15 * MINUTE
# One recipient's full mailbox is theirs; what so many of them meet is ours.
RECIPIENTS_ERROR = 3
TRIED_FOR = timedelta(minutes=10)


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


def check_tried() -> list[CheckResult]:
    """Return whether the mail server keeps turning away e-mails to different people."""
    tried = OutgoingEmail.objects.filter(status=EmailStatus.WAITING, attempts__gt=0)
    tried = tried.filter(created_at__lt=Now() - TRIED_FOR).exclude(last_error="")
    found = tried.aggregate(mails=Count("pk"), people=Count("to", distinct=True))
    figures = {"mail_tried_in_vain": float(found["mails"])}
    if found["people"] < RECIPIENTS_ERROR:
        sentence = _("The mail server takes our e-mails.")
        return [CheckResult("mail_server", Level.OK, sentence, "", figures)]
    sentence = _("The mail server has not taken %d e-mails yet.") % found["mails"]
    advice = _(
        "The outbox in the admin says what the server answers. They go out by themselves once it "
        "takes them: look at EMAIL_URL and the account with the provider."
    )
    return [CheckResult("mail_server", Level.ERROR, sentence, advice, figures)]
