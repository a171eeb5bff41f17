"""What a killed worker left behind: given back where it was not tried, uncertain where it was."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from newsletter.delivery import queries
from newsletter.models import Batch


def release_dead() -> int:
    """End every batch whose lease has run out. Returns how many."""
    dead = list(Batch.objects.open().filter(lease_until__lte=Now()).values_list("pk", flat=True))
    for pk in dead:
        queries.end(pk, doubt=_("The worker stopped while it was sending this one."))
    return len(dead)
