"""Do texts leave, and can their provider reach us?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.monitoring.results import CheckResult, Level
from core.sms import gsm7, providers
from core.sms.message import LONGEST_SENDER
from core.sms.providers import http_api

# The longest text around its link, and a link's own characters behind the site's address.
_AROUND, _LINK = 82, len("/t/") + 22


def check_texts() -> Iterator[CheckResult]:
    """Yield what is right and wrong of texts; one sentence where the site sends none."""
    sender = providers.sender()
    if sender is None:
        yield CheckResult("texts", Level.OK, _("Texts are off: SMS_URL names no provider."))
        return
    named = {"provider": sender.name}
    if urlsplit(settings.SITE_URL).scheme != "https" and sender.name != "development":
        sentence = _("%(provider)s cannot report to a site without https.") % named
        yield CheckResult("texts", Level.ERROR, sentence, _("Set SITE_URL to https://…."))
        return
    address = http_api.report_url(sender.name)
    sentence = _("Texts go out by %(provider)s.") % named
    advice = _("In its account, have what people text to your number told to %s.") % address
    yield CheckResult("texts", Level.OK, f"{sentence} {advice}")
    longest = LONGEST_SENDER + _AROUND + len(settings.SITE_URL) + _LINK
    if longest > gsm7.LONGEST:
        sentence = _("The site's address is long: some texts take two parts, and cost twice.")
        yield CheckResult("texts_length", Level.WARNING, sentence, "")
