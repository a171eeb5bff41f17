"""Suggestions while somebody types: for the fields that offer them, and for no other."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpRequest, HttpResponse

from core.staff.audit.disclosures import declare


class Suggestions(AutocompleteJsonView):
    """Django's view, which would search the target of any relation of any installed model."""

    admin_site: AdminSite
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the suggestions, declared to the audit trail."""
        self.found: list = []
        return declare(super().get(request, *args, **kwargs), self.found)

    def process_request(self, request: HttpRequest) -> tuple:
        """Check the request as Django does.

        Raises PermissionDenied for a field that suggests nothing.
        """
        term, model_admin, field, to_field = super().process_request(request)
        if not self._suggests(field) or "\0" in term:
            raise PermissionDenied
        return term, model_admin, field, to_field

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """Note the record that is suggested, and return it as Django does."""
        self.found.append(obj)
        return super().serialize_result(obj, to_field_name)

    def _suggests(self, field: Field) -> bool:
        parts = (
            part for admin in self.admin_site._registry.values() for part in (admin, *admin.inlines)
        )
        return any(
            part.model is field.model and field.name in part.autocomplete_fields for part in parts
        )
