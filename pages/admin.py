"""The admin of testimonials and of the pages of text."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from core.cache import pages
from pages.models import Testimonial
from pages.text_pages import review_queue
from pages.text_pages.admin import TextPageAdmin

__all__ = ["TestimonialAdmin", "TextPageAdmin", "review_queue"]


@admin.register(Testimonial)
class TestimonialAdmin(admin.ModelAdmin):
    """What patients say. Published only with their written permission."""

    list_display = ["__str__", "words", "since", "permission", "published", "position"]
    list_filter = ["published"]
    search_fields = ["words"]

    def save_model(
        self, request: HttpRequest, obj: Testimonial, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        pages.drop("site")

    def delete_model(self, request: HttpRequest, obj: Testimonial) -> None:
        super().delete_model(request, obj)
        pages.drop("site")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Testimonial]) -> None:
        super().delete_queryset(request, queryset)
        pages.drop("site")
