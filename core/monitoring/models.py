"""When each process was last alive, which tasks failed, when backups ran, until when TLS holds."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a process last showed that it works, by the clock of the database."""

    name = models.CharField(_("process"), max_length=50, primary_key=True)
    at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class TaskFailure(models.Model):
    """How often a task of the workers failed within one hour, and how. Nothing of its arguments."""

    task = models.CharField(_("task"), max_length=200)
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("how often"))
    last_at = models.DateTimeField(_("last"))
    error = models.CharField(_("kind of error"), max_length=200)

    class Meta:
        verbose_name = _("failure of a task")
        verbose_name_plural = _("failures of tasks")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["task", "hour"], name="task_failure_once_an_hour")
        ]
        indexes = [models.Index(fields=["last_at"], name="task_failure_by_time")]

    def __str__(self) -> str:
        return f"{self.task} {self.hour:%Y-%m-%d %H:%M}"


class BackupRun(models.Model):
    """One run of `manage.py backup`: it writes the row when it begins, and completes it."""

    started_at = models.DateTimeField(_("began"))
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    succeeded = models.BooleanField(_("succeeded"), default=False)
    size = models.BigIntegerField(_("bytes"), null=True, blank=True)
    error = models.CharField(_("why it failed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        default_permissions = ()
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                name="backup_succeeded_has_ended",
                condition=models.Q(succeeded=False) | models.Q(finished_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class RestoreRun(models.Model):
    """One run of `manage.py restore`: what was brought back, and what staff should know of it."""

    backup_at = models.DateTimeField(_("backup of"))
    known_until = models.DateTimeField(_("known until"))
    restored_at = models.DateTimeField(_("restored"), default=timezone.now)
    notes = models.TextField(_("what to look at"), blank=True)

    class Meta:
        verbose_name = _("restore")
        verbose_name_plural = _("restores")
        default_permissions = ()
        ordering = ["-restored_at"]

    def __str__(self) -> str:
        return f"{self.restored_at:%Y-%m-%d %H:%M}"


class Certificate(models.Model):
    """What `manage.py watch` last saw of the TLS certificate of a host."""

    host = models.CharField(_("host"), max_length=253, primary_key=True)
    checked_at = models.DateTimeField(_("last looked at"))
    expires_at = models.DateTimeField(_("holds until"), null=True, blank=True)
    problem = models.CharField(_("why it is refused"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        default_permissions = ()

    def __str__(self) -> str:
        return self.host
