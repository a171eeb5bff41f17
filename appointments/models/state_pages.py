"""What the site says of a state: what telehealth may do there, and the insurance taken there."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from appointments.scheduling.states import STATE_CHOICES, STATES, State


class StatePage(models.Model):
    """What staff wrote of a state. Whether it is served follows from licenses, never from here."""

    state = models.CharField(_("state"), max_length=2, choices=STATE_CHOICES, unique=True)
    telehealth = models.TextField(
        _("what telehealth can do there"),
        max_length=3000,
        blank=True,
        help_text=_("Plain text. An empty line begins a new paragraph."),
    )
    source_name = models.CharField(
        _("source"), max_length=120, blank=True, help_text=_("Whose rules these are.")
    )
    source_url = models.URLField(_("address of the source"), blank=True)
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("When somebody last held the text against its source. Readers see the day."),
    )

    i18n = TranslationField(fields=("telehealth", "source_name"))

    class Meta:
        ordering = ["state"]
        verbose_name = _("state")
        verbose_name_plural = _("states and insurance")
        constraints = [
            models.CheckConstraint(
                condition=Q(source_url="") | ~Q(source_name=""),
                name="state_page_names_its_source",
                violation_error_message=_("Say whose page the address of the source is."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_state_display())

    @property
    def place(self) -> State:
        return STATES[self.state]

    def clean(self) -> None:
        """Refuse an address that a browser would not open safely."""
        if self.source_url and not self.source_url.startswith("https://"):
            raise ValidationError({"source_url": _("Begin it with https://.")})


class InsurancePlan(models.Model):
    """An insurance plan that the clinic takes from patients who are in a state."""

    page = models.ForeignKey(
        StatePage, models.CASCADE, related_name="plans", verbose_name=_("state")
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Like “Medicaid”."))
    note = models.CharField(
        _("in a few words"),
        max_length=120,
        blank=True,
        help_text=_("What a patient should know, like “not for counseling”."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    i18n = TranslationField(fields=("note",))
    note_i18n: str  # in the language of the page

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("insurance plan")
        verbose_name_plural = _("insurance plans")
        constraints = [
            models.UniqueConstraint(
                fields=["page", "name"],
                name="insurance_plan_once_a_state",
                violation_error_message=_("This plan stands there already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="insurance_plan_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
