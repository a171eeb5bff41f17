"""Lists of any length. A page is there at once, and what would read every row is not offered.

- They are counted up to MOST, and what a search finds up to 1,000: then a list says "more
  than 10,000", and ends there.
- A list that is longer is sorted by the columns of `order_by_index` only.
- "All" of a longer one cannot be chosen for an action.
- A filter finds the values that there are by an index, one after the other.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.admin import AllValuesFieldListFilter
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.database import word_search

MOST = 10_000
FAR = 500  # rows before a page: from there on only its own are read whole
FEW = 1_000  # rows that are found first, and then sorted


def bound(request: HttpRequest) -> int:
    """Return how many rows of the list that is asked for are counted."""
    return min(MOST, word_search.MOST_FOUND) if request.GET.get(SEARCH_VAR) else MOST


def is_long(request: HttpRequest, rows: QuerySet) -> bool:
    """Return whether there are more than are counted; no more of them are read."""
    most = bound(request)
    return rows.order_by().values("pk")[most : most + 1].exists()


def too_long_to_sort(request: HttpRequest) -> str:
    text = _("More than %(most)s match, too many to sort them by this. Search, or choose a filter.")
    return text % {"most": _written(bound(request))}


def too_long_to_choose(request: HttpRequest) -> str:
    text = _("More than %(most)s match, too many to choose all. Search, or choose a filter.")
    return text % {"most": _written(bound(request))}


def _written(number: int) -> str:
    """ "10,000", as it is written here."""
    return number_format(number, force_grouping=True)


class LongListPaginator(Paginator):
    """Counts up to a bound: nobody turns two hundred pages, and a whole count takes seconds."""

    bound = MOST
    at_least = 0  # rows that were seen already

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or the bound."""
        return min(self._counted, self.bound)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than `count` says."""
        return self._counted > self.bound

    @property
    def most(self) -> str:
        return _written(self.bound)

    def page(self, number: int | str) -> Page:
        """Return a page; of one far behind only the rows that it shows are read with all they have.

        Raises InvalidPage.
        """
        page = super().page(number)
        if page.start_index() > FAR:
            here: Any = page.object_list
            everywhere: Any = self.object_list
            pks = list(here.values_list("pk", flat=True))
            page.object_list = everywhere.filter(pk__in=pks)
        return page

    @cached_property
    def _counted(self) -> int:
        if self.at_least > self.bound:
            return self.at_least
        rows: Any = self.object_list
        return rows.order_by().values("pk")[: self.bound + 1].count()


def bounded(paginator: Any, request: HttpRequest) -> LongListPaginator:
    """Return it, told how far this list is counted and how many rows were seen already."""
    paginator.bound, paginator.at_least = bound(request), getattr(request, "at_least", 0)
    return paginator


class LongList(ChangeList):
    """Keeps its own order where it is long and no index has the one that was asked for."""

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet:
        rows = super().get_queryset(request, exclude_parameters)
        if self.params.get(ORDER_VAR) and not self._is_indexed() and is_long(request, rows):
            # Only here: the links of the filters keep it.
            del self.params[ORDER_VAR]
            messages.warning(request, too_long_to_sort(request))
            rows = super().get_queryset(request, exclude_parameters)
        # A few are found before they are sorted. Asked for the first fifty in its order, the
        # database may read a million rows in that order to meet them.
        keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
        request.at_least = len(keys)  # type: ignore[attr-defined]  # for the paginator
        return rows if len(keys) > FEW else word_search.among(rows, set(keys))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.paginator.is_capped:
            self.full_result_count = self.result_count  # no number of results beside the search

    def _is_indexed(self) -> bool:
        first = self.params[ORDER_VAR].split(".")[0].removeprefix("-")
        column = self.list_display[int(first)]  # a number: GuardedAdmin has looked
        return column in getattr(self.model_admin, "order_by_index", ())


class IndexedValuesFilter(AllValuesFieldListFilter):
    """Offers each value that a column has. The column is the first of an index."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        self.lookup_choices = list(self._values())  # type: ignore[assignment]  # what Django reads
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or _("(none)")}

    def _values(self) -> Iterator[str]:
        """Each by one look into the index: DISTINCT would read all of it."""
        name = self.field.name
        rows = self.field.model._default_manager.order_by(name).values_list(name, flat=True)
        value = rows.first()
        while value is not None:
            yield value
            value = rows.filter(**{f"{name}__gt": value}).first()
