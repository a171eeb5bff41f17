"""Addresses of an admin class's own pages, each behind the permissions of the admin site."""

from collections.abc import Callable, Iterable
from inspect import ismethod
from types import MethodType

from django.contrib.admin import ModelAdmin
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

Page = tuple[str, Callable[..., HttpResponseBase]]  # its route, and its view


def admin_urls(model_admin: ModelAdmin, pages: Iterable[Page]) -> list[URLPattern]:
    """Return patterns named after each view: `book_view` is `admin:appointments_appointment_book`.

    A view is a method of the admin class, or a function `view(model_admin, request, …)`: bound to
    the class, so that the audit trail names what a page is about.
    """
    opts = model_admin.opts
    return [
        path(
            route,
            model_admin.admin_site.admin_view(
                view if ismethod(view) else MethodType(view, model_admin)
            ),
            name=f"{opts.app_label}_{opts.model_name}_{view.__name__.removesuffix('_view')}",
        )
        for route, view in pages
    ]
