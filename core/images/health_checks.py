"""Can pictures be read and stored? Asked only where they lie in a bucket."""

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from core.monitoring.results import CheckResult, Level


def check_storage() -> list[CheckResult]:
    """Return whether the bucket of MEDIA_STORAGE_URL answers; nothing without one."""
    answers = getattr(default_storage, "answers", None)
    if answers is None:
        return []
    if answers():
        return [CheckResult("pictures", Level.OK, _("The storage of pictures answers."))]
    sentence = _("The storage of pictures does not answer: pages show none, and none can be added.")
    advice = _("Is the server of MEDIA_STORAGE_URL running, and are key, bucket and rights right?")
    return [CheckResult("pictures", Level.ERROR, sentence, advice)]
