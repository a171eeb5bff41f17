"""Numbers of a day that can be counted on that day alone: their rows are deleted or change."""

from django.db import models


class DayCount(models.Model):
    """So many of one kind on one day, by the clock of the practice. It names nobody."""

    day = models.DateField()
    kind = models.CharField(max_length=40)
    number = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "kind"], name="day_count_once")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.kind}: {self.number}"
