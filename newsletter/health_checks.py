"""Do issues of the newsletter go out? What the status of the site says, without a reader."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.monitoring.results import CheckResult, Level
from newsletter.models import Delivery, Issue


def check_issues() -> list[CheckResult]:
    """Return whether an issue stopped by itself, or missed its time, and waits for somebody."""
    stopped = Q(status=Issue.Status.PAUSED, resumes_at=None) & ~Q(reason="")
    count = Issue.objects.filter(stopped | Q(status=Issue.Status.HELD)).count()
    figures = {"issues_stopped": float(count)}
    if not count:
        sentence = _("No issue of the newsletter waits for somebody.")
        return [CheckResult("issues", Level.OK, sentence, "", figures)]
    sentence = ngettext(
        "%d issue of the newsletter stopped and waits for somebody.",
        "%d issues of the newsletter stopped and wait for somebody.",
        count,
    )
    advice = _("Its page in the admin says why, and what can be done.")
    return [CheckResult("issues", Level.WARNING, sentence % count, advice, figures)]


def check_uncertain() -> list[CheckResult]:
    """Return how many letters nobody knows of whether they went out."""
    count = Delivery.objects.uncertain().count()
    figures = {"letters_in_doubt": float(count)}
    if not count:
        return [CheckResult("letters", Level.OK, _("No letter is in doubt."), "", figures)]
    sentence = ngettext(
        "%d letter of the newsletter is in doubt: it may have gone out, or not.",
        "%d letters of the newsletter are in doubt: they may have gone out, or not.",
        count,
    )
    advice = _("On the issue's page decide for each: send it again, or count it as sent.")
    return [CheckResult("letters", Level.WARNING, sentence % count, advice, figures)]
