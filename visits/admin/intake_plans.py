"""What managers decide: which services ask what, and the words that patients sign."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin.text_versions import TextVersionAdmin
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
class ConsentDocumentAdmin(TextVersionAdmin):
    """A change is a new version: the next number is given when it is saved."""

    change_form_template = "admin/visits/consent_document.html"
    list_display = ("kind", "version", "since")
