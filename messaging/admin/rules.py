"""What managers decide: when messages are answered, and what answers can begin with."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from core.languages.translations import in_each_language
from core.staff.one_row_admin import OneRowAdmin
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
class MessagingRulesAdmin(OneRowAdmin):
    form = MessagingRulesForm
    fields = ("is_open", "weekdays", "opens", "closes", "answer_hours")
    formfield_overrides = practice_time.FORMFIELD_OVERRIDES


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    """Texts that an answer can begin with, in each language."""

    list_display = ("name", "team")
    fields = ("name", "team", *in_each_language("text"))
    search_fields = ("name",)
