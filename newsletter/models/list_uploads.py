"""A list of readers that staff uploaded, on its way through a worker."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsletter.models.subscribers import Topic


class ListUploadQuerySet(models.QuerySet["ListUpload"]):
    def running(self) -> Self:
        """Return those that a worker is to read."""
        return self.filter(status__in=ListUpload.RUNNING)

    def unclaimed(self) -> Self:
        """Return those that no worker reads, or none that lives."""
        return self.running().filter(Q(lease_until=None) | Q(lease_until__lt=Now()))


class ListUpload(models.Model):
    """One file. `newsletter.transfer.uploads` alone changes its status."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("its columns are to be looked at")
        CHECKING = "checking", _("being tried")
        CHECKED = "checked", _("tried, nobody was added yet")
        IMPORTING = "importing", _("being imported")
        DONE = "done", _("imported")
        FAILED = "failed", _("cannot be read")
        DISCARDED = "discarded", _("thrown away")

    class AllIn(models.TextChoices):
        BY_COLUMN = "", _("A column says who left")
        ACTIVE = "active", _("All in this file are subscribed now")
        LEFT = "left", _("All in this file have left")

    RUNNING = (Status.CHECKING, Status.IMPORTING)

    name = models.CharField(_("file"), max_length=100)
    source = models.CharField(
        _("source of consent"),
        max_length=200,
        help_text=_(
            "Where and how these people agreed to get the newsletter. It is kept as proof with each"
            " of them."
        ),
    )
    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("topic"),
        help_text=_("That all of them chose. None: what the file says."),
    )
    all_in = models.CharField(
        _("who left"), max_length=6, choices=AllIn, blank=True, default=AllIn.BY_COLUMN
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    problem = models.CharField(_("problem"), max_length=1000, blank=True)
    header = models.JSONField(default=list)  # the names of its columns
    sample = models.JSONField(default=list)  # its first rows, until it is done
    columns = models.JSONField(default=list)  # the names under which they are read

    size = models.PositiveBigIntegerField(default=0)  # bytes
    done = models.PositiveBigIntegerField(default=0)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    known = models.PositiveIntegerField(_("on the list before"), default=0)
    suppressed = models.PositiveIntegerField(_("left, came back or complained here"), default=0)
    refused = models.PositiveIntegerField(_("not taken over"), default=0)
    taken_off = models.PositiveIntegerField(_("taken off here"), default=0)
    notes = models.JSONField(default=list)

    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("uploaded by")
    )
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    objects = ListUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ["view", "add"]
        verbose_name = _("import of readers")
        verbose_name_plural = _("imports of readers")

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        """Return how much of the file has been read."""
        return 100 * self.done // self.size if self.size else 0


class ListUploadPart(models.Model):
    """A piece of the file, or of the report on it."""

    class Kind(models.TextChoices):
        FILE = "file"
        REPORT = "report"

    upload = models.ForeignKey(ListUpload, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=6, choices=Kind)
    number = models.PositiveIntegerField()
    octets = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "kind", "number"], name="list_upload_part_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
