"""What every page that an admin class has beside Django's own needs."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest


def page_context(
    admin: ModelAdmin, request: HttpRequest, title: Any, model: type[Model]
) -> dict[str, Any]:
    """Return the context of a page with that title, which belongs to the records of `model`."""
    return admin.admin_site.each_context(request) | {
        "title": title,
        "opts": model._meta,
        "media": admin.media,
    }
