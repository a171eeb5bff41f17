"""What managers decide: which services ask what, and the words that patients sign."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from core.languages.translations import in_each_language
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
class ConsentDocumentAdmin(admin.ModelAdmin):
    """A change is a new version: the next number is given when it is saved."""

    change_form_template = "admin/visits/consent_document.html"
    list_display = ("kind", "version", "since")
    list_filter = ("kind",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        texts = in_each_language("text")
        return ["kind", *texts] if obj is None else ["kind", "version", "since", *texts]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["since"] if obj else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentDocument]:
        return practice_time.with_practice_zone(super().get_queryset(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the words in force of `?kind=…`."""
        kind = request.GET.get("kind", "")
        now = ConsentDocument.current(kind)
        texts = {name: getattr(now, name) for name in in_each_language("text")} if now else {}
        return {"kind": kind} | texts if now else {}

    def save_model(
        self, request: HttpRequest, obj: ConsentDocument, form: ModelForm, change: bool
    ) -> None:
        newest = ConsentDocument.objects.filter(kind=obj.kind).aggregate(Max("version"))
        obj.version = (newest["version__max"] or 0) + 1
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("in force since"), ordering="created")
    def since(self, text: ConsentDocument) -> str:
        return practice_time.format_datetime(text.created, practice_time.zone_of(text))
