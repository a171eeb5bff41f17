"""The pages of figures in the admin: each has its days, its figures, and each of them as CSV."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.database import database_time
from core.practice.models import Practice
from core.spreadsheets import table
from core.staff.audit.disclosures import declare_none
from core.staff.figures.figure import Figure
from core.staff.figures.period_form import PeriodForm
from core.staff.figures.periods import Period, monday_of
from core.staff.figures.plots import columns

WEEKS = 12

Compute = Callable[[Period], Iterable[Figure]]


@dataclass(frozen=True)
class Tab:
    name: str  # of its address, in the admin
    title: str | Promise
    permission: str

    @property
    def address(self) -> str:
        return f"admin:{self.name}"


_tabs: list[Tab] = []


def figures_page(
    route: str, *, title: str | Promise, permission: str
) -> Callable[[Compute], Compute]:
    """Serve what this function computes of a period at `figures/<route>` of the admin.

    For whoever has the permission. The figures name nobody who comes here: what they count is
    shown to no end but the count, so nothing is declared to the audit trail.
    """

    def registered(compute: Compute) -> Compute:
        name = f"figures_{compute.__name__}"

        def view(request: HttpRequest) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return declare_none(_answer(request, name, title, compute))

        view.__name__ = name
        _tabs.append(Tab(name, title, permission))
        admin.site.register_page(f"figures/{route}")(view)  # type: ignore[attr-defined]  # our site
        return compute

    return registered


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def figures_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead from the menu to the first of the figures that this person sees."""
    tabs = _tabs_for(request)
    return (tabs[0].name, _("Figures")) if tabs else None


def _tabs_for(request: HttpRequest) -> list[Tab]:
    return [tab for tab in _tabs if request.user.has_perm(tab.permission)]


def _answer(request: HttpRequest, name: str, title: Any, compute: Compute) -> HttpResponse:
    zone = Practice.current().zone
    form = PeriodForm(request.GET if _is_asked(request) else _usual(zone))
    figures: list[Figure] = []
    if form.is_valid():
        figures = list(compute(Period(**form.cleaned_data, zone=zone)))
    if "csv" in request.GET:
        return _file(figures, request.GET["csv"])
    context = admin.site.each_context(request) | {
        "title": _("Figures: %(subject)s") % {"subject": title},
        "tabs": _tabs_for(request),
        "here": name,
        "form": form,
        "figures": [(figure, columns(figure) if figure.series else None) for figure in figures],
        "asked": {field.name: field.value() for field in form},
    }
    return TemplateResponse(request, "admin/figures/page.html", context)


def _is_asked(request: HttpRequest) -> bool:
    return "first" in request.GET or "last" in request.GET


def _usual(zone: Any) -> dict[str, str]:
    """This week and the eleven before."""
    today: date = database_time.now().astimezone(zone).date()
    monday = monday_of(today)
    first, last = monday - timedelta(weeks=WEEKS - 1), monday + timedelta(days=6)
    return {"first": first.isoformat(), "last": last.isoformat()}


def _file(figures: list[Figure], slug: str) -> HttpResponse:
    figure = next((each for each in figures if each.slug == slug), None)
    if figure is None:
        raise Http404("No such figure")
    text = table([*figure.spreadsheet(), [], [figure.how]])
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{figure.slug}.csv"'
    return response
