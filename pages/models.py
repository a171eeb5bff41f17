"""Testimonials, and the pages of text that staff edit."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from localflavor.us.models import USStateField
from modeltrans.fields import TranslationField

from pages.text_pages.models import (
    TextPage,
    TextPageRevision,
    TextPageStatus,
    TextPageVersion,
)

__all__ = ["Testimonial", "TextPage", "TextPageRevision", "TextPageStatus", "TextPageVersion"]

MOST_SHOWN = 30  # more than anybody reads; a page has an end


class TestimonialQuerySet(models.QuerySet):
    """The testimonials that a page asks for."""

    def published(self) -> Self:
        """Return those a visitor may read, in the order staff chose, MOST_SHOWN at most.

        The first one is shown large.
        """
        return self.filter(published=True)[:MOST_SHOWN]


class Testimonial(models.Model):
    """What a patient said about the clinic. Free text: no link to any patient's record."""

    words = models.TextField(_("words"), max_length=400, help_text=_("Without quotation marks."))
    initial = models.CharField(
        _("initial"), max_length=1, help_text=_("A letter, best not the real one.")
    )
    state = USStateField(_("state"))
    since = models.PositiveSmallIntegerField(
        _("patient since"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    permission = models.BooleanField(
        _("written permission is on file"),
        default=False,
        help_text=_("Signed by the patient for publication, and kept in the patient's chart."),
    )
    published = models.BooleanField(_("published"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    i18n = TranslationField(fields=("words",))

    objects = TestimonialQuerySet.as_manager()

    class Meta:
        verbose_name = _("testimonial")
        verbose_name_plural = _("testimonials")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published=False) | Q(permission=True),
                name="testimonial_published_only_with_permission",
                violation_error_message=_(
                    "It can be published only when the patient's written permission is on file."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initial}., {self.get_state_display()}"
