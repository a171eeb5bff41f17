"""Do other programs take what they are told? What the status of the site says of it."""

from datetime import timedelta

from django.utils.translation import gettext as _

from core.database import database_time
from core.monitoring.results import CheckResult, Level
from core.webhooks.models import WebhookEndpoint

PATIENCE = timedelta(hours=1)


def check_endpoints() -> list[CheckResult]:
    """Return whether an endpoint has failed for an hour, or was given up.

    Never an error: the site does its own work, and probers must not take it for broken.
    """
    given_up = list(WebhookEndpoint.objects.filter(disabled_at__isnull=False))
    failing = list(WebhookEndpoint.objects.failing(database_time.now() - PATIENCE))
    figures = {"webhooks_failing": float(len(failing)), "webhooks_given_up": float(len(given_up))}
    if given_up:
        sentence = _("%s was not told of changes for three days, and is told nothing any more.")
        advice = _("Mend its address, then tick “is told” on its page: what waits goes out.")
        names = ", ".join(map(str, given_up))
        return [CheckResult("webhooks", Level.WARNING, sentence % names, advice, figures)]
    if failing:
        sentence = _("%s does not take what it is told of changes.")
        advice = _("“Webhook messages” says what it answers. It is tried for three days.")
        names = ", ".join(map(str, failing))
        return [CheckResult("webhooks", Level.WARNING, sentence % names, advice, figures)]
    sentence = _("Other programs are told of changes.")
    return [CheckResult("webhooks", Level.OK, sentence, "", figures)]
