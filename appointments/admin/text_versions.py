"""Texts of several kinds that patients agree to or sign, in versions."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from core.staff.text_version_admin import TextVersionAdmin


class PatientTextAdmin(TextVersionAdmin):
    """A change is a new version: each kind has numbers of its own."""

    advice: ClassVar[str | Promise]  # beside a new one: whom it binds, and from when

    change_form_template = "admin/appointments/text_version.html"
    numbered_by = ("kind",)
    list_filter = ("kind",)
    list_display: Any = ("kind", "version", "since")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return practice_time.with_practice_zone(super().get_queryset(request))

    @admin.display(description=_("in force since"), ordering="created")
    def since(self, text: Any) -> str:
        return practice_time.format_datetime(text.created, practice_time.zone_of(text))
