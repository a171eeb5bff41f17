"""The addresses of the front desk's own pages, each through the door of the admin site.

Bound to its admin class, so that the audit trail names what a page is about.
"""

from collections.abc import Callable, Iterable
from types import MethodType

from django.contrib.admin import ModelAdmin
from django.http import HttpResponse
from django.urls import URLPattern, path

Page = tuple[str, Callable[..., HttpResponse]]


def urls(admin: ModelAdmin, pages: Iterable[Page]) -> list[URLPattern]:
    """Named after the view: `book_view` is `admin:appointments_appointment_book`."""
    opts = admin.opts
    return [
        path(
            route,
            admin.admin_site.admin_view(MethodType(view, admin)),
            name=f"{opts.app_label}_{opts.model_name}_{view.__name__.removesuffix('_view')}",
        )
        for route, view in pages
    ]
