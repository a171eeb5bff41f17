"""The states: what telehealth may do there, and which insurance is taken there."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.models import InsurancePlan, StatePage
from appointments.public.kept_pages import drop_pages
from core.languages.translations import in_each_language


class InsurancePlanInline(admin.TabularInline):
    """The plans that are taken in the state."""

    model = InsurancePlan
    fields = ["name", *in_each_language("note"), "position"]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 3


class DropsPages(admin.ModelAdmin):
    """Public pages show these: each change lets them be made anew."""

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        drop_pages()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        drop_pages()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        drop_pages()


@admin.register(StatePage)
class StatePageAdmin(DropsPages):
    """A row for each state about which there is something to say."""

    formfield_overrides = practice_time.FORMFIELD_OVERRIDES | {
        models.URLField: {"assume_scheme": "https"}
    }
    list_display = ["state", "plan_count", "checked_on"]
    inlines = [InsurancePlanInline]
    fieldsets = [
        (None, {"fields": ["state"]}),
        (
            _("What telehealth can do there"),
            {
                "fields": [
                    *(*in_each_language("telehealth"), *in_each_language("source_name")),
                    *("source_url", "checked_on"),
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatePage]:
        return super().get_queryset(request).annotate(plan_count=Count("plans"))

    @admin.display(description=_("insurance plans"), ordering="plan_count")
    def plan_count(self, page: Any) -> int:
        return int(page.plan_count)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the state of a row: its text is about no other."""
        return ["state"] if obj else []


@admin.register(InsurancePlan)
class InsurancePlanAdmin(DropsPages):
    """Every plan of every state."""

    list_display = ["name", "page", "note", "position"]
    fields = ["page", "name", *in_each_language("note"), "position"]
    list_filter = ["page"]
    search_fields = ["name", "note"]
