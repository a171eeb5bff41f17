"""Texts that people agree to or sign, in versions: one is written anew, and never changed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Max, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.languages.translations import in_each_language
from core.staff.local_times import local_time


class TextVersionAdmin(admin.ModelAdmin):
    """A change is a new version: the next number is given when it is saved.

    The model has `version`, `created` and `text`, the last in each language. Where it has texts of
    several kinds, `numbered_by` names the column, and each kind has numbers of its own.
    """

    numbered_by: ClassVar[tuple[str, ...]] = ()
    list_display: Any = ("version", "since", "text")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        texts = in_each_language("text")
        own = [*texts] if obj is None else ["version", "since", *texts]
        return [*self.numbered_by, *own]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["since"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the words in force, of the kind that the address names."""
        kind = {name: request.GET.get(name, "") for name in self.numbered_by}
        now = self._numbered_with(kind).order_by("-version").first()
        return kind | {name: getattr(now, name) for name in in_each_language("text")} if now else {}

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        kind = {name: getattr(obj, name) for name in self.numbered_by}
        newest = self._numbered_with(kind).aggregate(Max("version"))["version__max"]
        obj.version = (newest or 0) + 1
        super().save_model(request, obj, form, change)

    def _numbered_with(self, kind: dict[str, Any]) -> "QuerySet[Model]":
        return self.model._default_manager.filter(**kind)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("in force since"), ordering="created")
    def since(self, text: Any) -> str:
        return local_time(text.created)
