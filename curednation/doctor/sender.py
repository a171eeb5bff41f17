"""Does mail leave, and do receivers believe that it is ours?"""

from collections.abc import Iterator
from email.utils import formataddr, make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from core.mail.smtp_errors import reason
from core.monitoring.results import CheckResult, Level
from core.practice.models import Practice
from newsletter.delivery import dns_records
from newsletter.delivery.dns_records import Finding

LEVELS = {True: Level.OK, False: Level.WARNING, None: Level.WARNING}


def check_mail(to: str) -> Iterator[CheckResult]:
    """Send one real mail there, by the server of EMAIL_URL and past the outbox."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    message = EmailMessage(
        subject=_("This mail left your site"),
        body=_(
            "The mail server of your site takes its mail. Look at how this one arrived: not as "
            "spam, and in its source, under Authentication-Results, spf=pass, dkim=pass and "
            "dmarc=pass.\n"
        ),
        from_email=formataddr((Practice.current().mail_name, sender)),
        to=[to],
        headers={"Message-ID": make_msgid(domain=sender.rpartition("@")[2])},
        connection=get_connection(),
    )
    try:
        message.send()
    except Exception as error:  # whatever it is, it is what the operator wants to know
        advice = _("Compare EMAIL_URL and DEFAULT_FROM_EMAIL with what your mail provider wrote.")
        yield CheckResult("smtp", Level.ERROR, reason(error), advice)
        return
    sentence = _("A mail went to %s. Look whether it is there.") % to
    yield CheckResult("smtp", Level.OK, sentence)


def check_dns() -> Iterator[CheckResult]:
    """Yield what DNS says of the clinic's sender, and of the newsletter's where it is another."""
    clinic = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    newsletter = parseaddr(settings.NEWSLETTER_FROM_EMAIL)[1].rpartition("@")[2]
    yield from map(_told, dns_records.look_at(clinic))
    if newsletter != clinic or settings.NEWSLETTER_DKIM_KEY:
        yield from map(_told, dns_records.look())


def _told(finding: Finding) -> CheckResult:
    name = finding.name.lower()
    sentence = f"{finding.name} {finding.where}: {finding.text}".replace(" :", ":")
    level = LEVELS[finding.ok]
    advice = _("Your mail provider says what to write into DNS.") if finding.ok is False else ""
    return CheckResult(name, level, sentence, advice)
