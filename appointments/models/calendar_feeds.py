"""The secret address of a provider's calendar feed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarFeed(models.Model):
    """One address for each provider; only its hash is kept. `feeds` alone writes it."""

    provider = models.OneToOneField(
        "appointments.Provider",
        models.CASCADE,
        related_name="calendar_feed",
        verbose_name=_("provider"),
    )
    token_hash = models.CharField(max_length=64, editable=False)
    changed_at = models.DateTimeField(
        _("changed"), help_text=_("When it got its address, or lost a visit to somebody else.")
    )

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="calendar_feed_address_once")
        ]

    def __str__(self) -> str:
        return str(self.provider)
