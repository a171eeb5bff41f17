"""What was imported from another site, so that it comes once."""

from django.db import models


class Origin(models.Model):
    """What has been brought here from another site, so that it comes once.

    `object_pk` is no foreign key: what was deleted here must not come again, such as a comment that
    its writer withdrew.
    """

    site = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)  # "post", "comment" or "picture"
    key = models.CharField(max_length=500)
    object_pk = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "key"], name="origin_comes_once")
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.kind} {self.key}"
