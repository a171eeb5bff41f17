"""What managers decide: which services ask what, and the words that patients sign."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin.text_versions import PatientTextAdmin
from visits.intake.form_names import FORMS
from visits.models.consents import ConsentDocument
from visits.models.intake import IntakePlan


class IntakePlanForm(forms.ModelForm):
    """The forms of one service, each a box to tick."""

    forms = forms.MultipleChoiceField(
        label=_("Asked before the visit"),
        choices=list(FORMS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "In this order. None: nothing is asked. Patients can come without having answered."
        ),
    )

    class Meta:
        model = IntakePlan
        fields = ("service", "forms")


@admin.register(IntakePlan)
class IntakePlanAdmin(admin.ModelAdmin):
    """A service without a row here asks the usual: all of first visits, less of later ones."""

    form = IntakePlanForm
    fields = ("service", "forms")
    list_display = ("service", "asked")
    list_select_related = ("service",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("service",) if obj else ()

    @admin.display(description=_("asked before the visit"))
    def asked(self, plan: IntakePlan) -> str:
        chosen = [str(name) for form, name in FORMS.items() if form in plan.forms]
        return ", ".join(chosen) or str(_("nothing"))


@admin.register(ConsentDocument)
class ConsentDocumentAdmin(PatientTextAdmin):
    """What patients sign before a visit."""

    advice = _(
        "Patients sign the newest version of each kind, and are asked again once there is another. "
        "Earlier ones stay, word for word, with everyone who signed them. Let a lawyer read it: "
        "the permission to share records has to have every part that 42 CFR 2.31 names."
    )
