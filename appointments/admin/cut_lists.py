"""Several lists on one page, each cut into pages of its own by a parameter of the address."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


@dataclass(frozen=True)
class CutList:
    """One page of a list, and the addresses of those beside it; empty where there is none."""

    name: str
    page: Page
    newer: str
    older: str

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.page.paginator.count

    @property
    def is_cut(self) -> bool:
        """Whether there is more than one page."""
        return self.page.paginator.num_pages > 1


def cut(request: HttpRequest, name: str, rows: QuerySet[Any], size: int) -> CutList:
    """Return the page of these that `?<name>=` asks for; of what is no page, the nearest."""
    page = Paginator(rows, size).get_page(request.GET.get(name))
    newer = page.previous_page_number() if page.has_previous() else None
    older = page.next_page_number() if page.has_next() else None
    return CutList(name, page, _address(request, name, newer), _address(request, name, older))


def _address(request: HttpRequest, name: str, number: int | None) -> str:
    if number is None:
        return ""
    asked = request.GET.copy()
    asked[name] = str(number)
    return f"?{asked.urlencode()}#{name}"
