"""The admin of the practice's one record."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.languages.translations import in_each_language
from core.people.form_fields import AddressField
from core.practice.models import Practice
from core.validation import dates


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    """One record: the list leads straight to it, and nobody can add a second or delete it."""

    formfield_overrides = dates.FORM_FIELDS | {models.EmailField: {"form_class": AddressField}}
    fieldsets = [
        (
            _("Names and notices"),
            {
                "fields": [
                    *("name", "mail_name", *in_each_language("legal_line")),
                    "privacy_reviewed",
                ]
            },
        ),
        (_("Phone and e-mail"), {"fields": ["phone", *in_each_language("phone_hours"), "email"]}),
        (_("Address"), {"fields": ["street", "city", "state", "postal_code", "time_zone"]}),
        (_("After a visit"), {"fields": ["after_visit_days"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Practice.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if Practice.objects.exists() and self.has_view_or_change_permission(request):
            return redirect(reverse("admin:practice_practice_change", args=[1]))
        return super().changelist_view(request, extra_context)

    def save_model(
        self, request: HttpRequest, obj: Practice, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(Practice.share)
