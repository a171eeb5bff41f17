"""The kinds of visit that the clinic offers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin.service_form import ServiceForm
from appointments.models import Service
from appointments.public.kept_pages import drop_pages
from appointments.templatetags.appointments import money
from core.languages.translations import in_each_language


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    """Kinds of visit. Changing one changes no visit that is booked."""

    form = ServiceForm
    list_display = [
        *("name", "minutes", "channel", "audience", "price", "notice_hours", "active", "position"),
    ]
    list_filter = ["active", "channel"]
    search_fields = ["name"]
    filter_horizontal = ["providers"]
    fieldsets = [
        (None, {"fields": [*in_each_language("name"), "slug", "active", "position"]}),
        (
            _("What the patient reads"),
            {
                "fields": [
                    *(*in_each_language("invitation"), *in_each_language("summary")),
                    *("channel", "price_cents"),
                ]
            },
        ),
        (_("For whom"), {"fields": ["audience", "minimum_age", "proof_required"]}),
        (_("Time"), {"fields": ["minutes", "step", "no_gaps", "buffer_before", "buffer_after"]}),
        (
            _("When it can be booked and changed"),
            {"fields": ["notice_hours", "horizon_days", "bookable_days", "cutoff_hours"]},
        ),
        (_("Limits and reminders"), {"fields": ["daily_limit", "reminder_hours"]}),
        (_("Who offers it"), {"fields": ["providers"]}),
    ]

    @admin.display(description=_("price"), ordering="price_cents", empty_value="–")
    def price(self, service: Service) -> str | None:
        return None if service.price_cents is None else money(service.price_cents)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict:
        # Links to a service stand in mails and bookmarks: its address stays.
        return {"slug": ["name"]} if obj is None else {}

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        drop_pages()
