"""Batches that a killed worker left behind: released where not tried, uncertain where in flight."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from newsletter.delivery import queries
from newsletter.models import Batch


def finish_abandoned() -> int:
    """Finish every batch whose lease has run out; return how many there were."""
    abandoned = Batch.objects.open().filter(lease_until__lte=Now())
    pks = list(abandoned.values_list("pk", flat=True))
    for pk in pks:
        because = _("The worker stopped while it was sending this one.")
        queries.finish(pk, uncertain_because=because)
    return len(pks)
