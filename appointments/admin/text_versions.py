"""Texts that patients agree to or sign, in versions: one is written anew, and never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Max, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from core.languages.translations import in_each_language


class TextVersionAdmin(admin.ModelAdmin):
    """A change is a new version: the next number of its kind is given when it is saved.

    The model has `kind`, `version`, `created` and `text`, the last in each language.
    """

    list_filter = ("kind",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        texts = in_each_language("text")
        return ["kind", *texts] if obj is None else ["kind", "version", "since", *texts]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["since"] if obj else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return practice_time.with_practice_zone(super().get_queryset(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the words in force of `?kind=…`."""
        kind = request.GET.get("kind", "")
        rows = self.model._default_manager.filter(kind=kind)
        now = rows.order_by("-version").first()
        texts = {name: getattr(now, name) for name in in_each_language("text")} if now else {}
        return {"kind": kind} | texts if now else {}

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        rows: QuerySet[Model] = self.model._default_manager.filter(kind=obj.kind)
        obj.version = (rows.aggregate(Max("version"))["version__max"] or 0) + 1
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("in force since"), ordering="created")
    def since(self, text: Any) -> str:
        return practice_time.format_datetime(text.created, practice_time.zone_of(text))
