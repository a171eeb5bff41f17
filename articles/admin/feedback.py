"""The admin of answers to “Was this helpful?”, to read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from articles.models import Feedback
from core.validation import dates


@admin.register(Feedback)
class FeedbackAdmin(admin.ModelAdmin):
    """What readers said of articles. Nobody writes or changes it."""

    formfield_overrides = dates.FORM_FIELDS
    list_display = ["article", "helpful", "sentence", "day"]
    list_filter = ["helpful", ("sentence", admin.EmptyFieldListFilter), "day"]
    list_select_related = ["article"]
    search_fields = ["sentence", "article__title"]
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
