"""How far the import of a file has come."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file. Written with each part of it, so that what was interrupted goes on from there."""

    digest = models.CharField(_("SHA-256 of the file"), max_length=64, unique=True)
    source = models.CharField(_("source of consent"), max_length=200)
    lines = models.PositiveIntegerField(_("lines done"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    known = models.PositiveIntegerField(_("on the list before"), default=0)
    suppressed = models.PositiveIntegerField(_("left, came back or complained here"), default=0)
    refused = models.PositiveIntegerField(_("not taken over"), default=0)
    taken_off = models.PositiveIntegerField(_("taken off here"), default=0, db_default=0)
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{_('import')} {self.pk}"
