"""Lists of a million rows: they show a page quickly, and say "more than 10,000" beyond that."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest

MOST = 10_000


class CappedPaginator(Paginator):
    """Counts up to MOST: nobody turns two hundred pages, and a whole count takes too long."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[:MOST].count()


class ReadOnlyAdmin(admin.ModelAdmin):
    """A long list to look at. What can be done has pages and permissions of its own."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()  # newest first: another order would sort them all
    empty_value_display = "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
