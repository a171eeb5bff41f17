"""What managers decide: when messages are answered, and what answers can begin with."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from core.languages.translations import in_each_language
from messaging.models import MessagingRules, ReplyTemplate
from messaging.models.rules import Weekday


class MessagingRulesForm(forms.ModelForm):
    """The weekdays are boxes to tick."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Answered on"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Holidays and closures of the whole clinic are left out by themselves."),
        error_messages={"required": _("Choose one day at least.")},
    )

    class Meta:
        model = MessagingRules
        fields = ("is_open", "weekdays", "opens", "closes", "answer_hours")
        help_texts = {"opens": _("On the practice’s clock.")}


@admin.register(MessagingRules)
class MessagingRulesAdmin(admin.ModelAdmin):
    """One row: the list leads straight to it."""

    form = MessagingRulesForm
    fields = ("is_open", "weekdays", "opens", "closes", "answer_hours")
    formfield_overrides = practice_time.FORMFIELD_OVERRIDES

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        return redirect("admin:messaging_messagingrules_change", 1)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> MessagingRules | None:
        """Return the rules; the defaults where nobody has saved any."""
        return MessagingRules.current() if object_id == "1" else None


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    """Texts that an answer can begin with, in each language."""

    list_display = ("name", "team")
    fields = ("name", "team", *in_each_language("text"))
    search_fields = ("name",)
