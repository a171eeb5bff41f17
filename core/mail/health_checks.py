"""Does the outbox get its e-mails out? What the status of the site says of it, without a person."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.database import database_time
from core.mail import outbox_hold
from core.mail.models import OutgoingEmail
from core.monitoring.results import CheckResult, Level
from core.monitoring.spans import span
from core.outbox import health_checks as outbox_checks


def check_waiting() -> list[CheckResult]:
    """Return for how long the oldest e-mail has waited past its time for a worker."""
    rows, fine = OutgoingEmail.objects.all(), _("No e-mail waits longer than it should.")
    return [outbox_checks.check_waiting(rows, "mail", fine=fine, late=_late)]


def _late(count: int) -> str:
    return ngettext(
        "%(count)d e-mail waits to be sent, for %(span)s.",
        "%(count)d e-mails wait to be sent, the oldest for %(span)s.",
        count,
    )


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
