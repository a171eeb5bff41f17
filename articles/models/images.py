"""The small library of pictures. Articles show pictures from here and from nowhere else."""

import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pictures.models import PictureField


def random_name(image: "ImageAsset", filename: str) -> str:
    """Return a name that cannot be guessed and clashes with none.

    Nothing of the uploader's file name goes public.
    """
    return f"articles/{secrets.token_hex(12)}.{filename.rsplit('.', 1)[-1].lower()}"


class ImageAssetQuerySet(models.QuerySet["ImageAsset"]):
    """The pictures that a task asks for."""

    def waiting(self) -> Self:
        """Return those whose smaller sizes have not been made yet."""
        return self.filter(sizes_made=False)


class ImageAsset(models.Model):
    """One picture. `file` is what `prepare_upload` made of an upload: checked, no metadata."""

    file = PictureField(
        _("file"),
        upload_to=random_name,
        width_field="width",
        height_field="height",
        aspect_ratios=[None],
        file_types=["AVIF", "WEBP"],
        container_width=800,
        pixel_densities=[1, 2],
        grid_columns=2,
        breakpoints={"m": 768},
    )
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    alt = models.CharField(
        _("what it shows"),
        max_length=250,
        help_text=_("Read aloud to people who cannot see it. One plain sentence."),
    )
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("credit"), max_length=120, blank=True)
    sizes_made = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = ImageAssetQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(condition=~Q(alt=""), name="picture_says_what_it_shows"),
        ]

    def __str__(self) -> str:
        return self.alt
