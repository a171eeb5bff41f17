from django.contrib import admin

from newsletter.models import Topic


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    """A topic that is no longer offered stays with those who chose it."""

    list_display = ["name", "description", "position", "offered"]
    prepopulated_fields = {"slug": ["name"]}
