from django.contrib import admin

from curednation.pages.models import Testimonial


@admin.register(Testimonial)
class TestimonialAdmin(admin.ModelAdmin):
    list_display = ["__str__", "words", "since", "permission", "published", "position"]
    list_filter = ["published"]
    search_fields = ["words"]
