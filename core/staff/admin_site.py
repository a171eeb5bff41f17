"""The admin site: its name, a second factor in front of it, an audit row behind every page."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from core.database.counting import count_at_once
from core.guard.safe_redirect import safe_path
from core.practice.models import Practice
from core.staff.accounts import second_factor
from core.staff.audit.admin_pages import View, audited
from core.staff.autocomplete import Suggestions
from core.staff.guarded_admin import guard
from core.staff.urgency import Urgency

# Template and context of one block on the first page; None where it has nothing to say. The
# context's `records` are those that stand in it, for the audit trail; () where none does.
Panel = Callable[[HttpRequest], tuple[str, dict] | None]
# The same of one part of the header, which stands on every page: it names nobody.
HeaderItem = Callable[[HttpRequest], tuple[str, dict] | None]
# The name of an address of the admin and its words, for a person's menu; None for whom it is not.
MenuLink = Callable[[HttpRequest], tuple[str, str | Promise] | None]
# What waits for this person, as rows or as their number; None where it is not theirs to do.
ToDo = Callable[[HttpRequest], QuerySet | int | None]
MOST_TO_DO = 100  # of each kind, then it is "99+"
# A page that stands first for those whom it is for; None for everybody else.
FirstPage = Callable[[HttpRequest], TemplateResponse | None]


class StaffSite(AdminSite):
    """Django's admin site for staff with a second factor.

    Its first page is what an app has registered for this person, or what there is to do and the
    list of records. That list has a page of its own, and so has what there is to do.
    """

    index_title = _("Overview")
    index_template = "admin/index.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._panels: list[tuple[Urgency, Panel]] = []
        self._first_pages: list[FirstPage] = []
        self._pages: list[tuple[str, View]] = []
        self._header: list[HeaderItem] = []
        self._menu: list[MenuLink] = []
        self._to_do: list[ToDo] = []

    def register_panel(self, urgency: Urgency) -> Callable[[Panel], Panel]:
        """Return a decorator: what `panel(request)` returns is shown under "To do".

        What is most urgent comes first; what is alike in that, in order of registration.
        """

        def register(panel: Panel) -> Panel:
            self._panels.append((urgency, panel))
            return panel

        return register

    def register_header(self, item: HeaderItem) -> HeaderItem:
        """Show what `item(request)` returns in the header of every page. Order of registration."""
        self._header.append(item)
        return item

    def header(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return what this person's header has, each with `template` and `context`."""
        found = [part for item in self._header if (part := item(request))]
        return [{"template": template, "context": context} for template, context in found]

    def register_menu_link(self, link: MenuLink) -> MenuLink:
        """Show what `link(request)` returns in the person's menu, above their settings."""
        self._menu.append(link)
        return link

    def menu(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return address and words of the links in this person's menu."""
        found = filter(None, (link(request) for link in self._menu))
        return [(reverse(f"admin:{name}"), str(words)) for name, words in found]

    def register_to_do(self, waits: ToDo) -> ToDo:
        """Count what `waits(request)` returns in "To do" of the header."""
        self._to_do.append(waits)
        return waits

    def to_do_count(
        self, request: HttpRequest, beside: Sequence[tuple[QuerySet, int]] = ()
    ) -> tuple[int | None, list[int]]:
        """Return how much waits for this person, at most MOST_TO_DO of a kind, and `beside` it.

        None where nothing of it is theirs to do. By one query, whatever is counted with it as
        `count_at_once` does.
        """
        found = [each for waits in self._to_do if (each := waits(request)) is not None]
        kinds = [(each, MOST_TO_DO) for each in found if isinstance(each, QuerySet)]
        counts = count_at_once([*beside, *kinds])
        numbers = [min(each, MOST_TO_DO) for each in found if isinstance(each, int)]
        waits = sum(numbers + counts[len(beside) :]) if found else None
        return waits, counts[: len(beside)]

    def register_first_page(self, page: FirstPage) -> FirstPage:
        """Show what `page(request)` returns at the admin's address, where it returns something."""
        self._first_pages.append(page)
        return page

    def register_page(self, route: str) -> Callable[[View], View]:
        """Serve a view at this route of the admin, as `admin:` and the name of its function.

        For a page that belongs to no model; it is behind the same doors, and audited as they are.
        """

        def registered(view: View) -> View:
            self._pages.append((route, view))
            return view

        return registered

    def get_urls(self) -> list[Any]:
        """Return the addresses of our own pages before Django's, whose last one takes all."""
        ours = [path(r, self.admin_view(view), name=view.__name__) for r, view in self._pages]
        own = [
            path("records/", self.admin_view(self.records), name="records"),
            path("to-do/", self.admin_view(self.to_do), name="to_do"),
            path("to-do/part/", self.admin_view(self.to_do_part), name="to_do_part"),
        ]
        return [*ours, *own, *super().get_urls()]

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Register it with `guarded_admin` in front, so that no admin class can forget that."""
        super().register(model_or_iterable, guard(admin_class or ModelAdmin), **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and user.is_staff and second_factor.is_satisfied(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return super().admin_view(_in_our_zone(audited(view)), cacheable)

    def each_context(self, request: HttpRequest) -> dict:
        practice = Practice.current()
        ours = {
            "site_title": practice.name,
            "site_header": practice.name,
            "zone": practice.get_time_zone_display(),
        }
        return super().each_context(request) | ours

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return Django's list of apps and models, made once a template asks for it.

        Every page of the admin is given it, and few show it.
        """
        return SimpleLazyObject(lambda: super(StaffSite, self).get_app_list(request, app_label))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Return the page that an app has for this person; else what to do, and the records."""
        pages = (page(request) for page in self._first_pages)
        if first := next(filter(None, pages), None):
            return first
        return super().index(request, {"panels": self.panels(request), **(extra_context or {})})

    def panels(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return template and context of what there is to do for this person."""
        panels = sorted(self._panels, key=lambda each: each[0])
        shown = [found for _urgency, panel in panels if (found := panel(request))]
        return [{"template": template, "context": context} for template, context in shown]

    def records(self, request: HttpRequest) -> TemplateResponse:
        """Return the list of all kinds of records, and of settings."""
        return super().index(request, {"title": _("Records and settings"), "panels": []})

    def to_do(self, request: HttpRequest) -> TemplateResponse:
        """Return the page of what there is to do."""
        context = self.each_context(request) | {"title": _("To do")}
        context |= {"panels": self.panels(request)}
        return TemplateResponse(request, "admin/to_do.html", context)

    def to_do_part(self, request: HttpRequest) -> TemplateResponse:
        """Return what there is to do as a part of another page."""
        return TemplateResponse(request, "admin/_to_do.html", {"panels": self.panels(request)})

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        return Suggestions.as_view(admin_site=self)(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Redirect to what this visitor still has to prove, or straight in. No form stands here."""
        next_url = _next(request)
        if self.has_permission(request):
            return redirect(next_url)
        if not request.user.is_authenticated:
            return redirect_to_login(next_url, reverse("account_login"))
        if not request.user.is_staff:
            raise PermissionDenied
        return redirect(second_factor.next_step(request.user, next_url))

    @method_decorator(never_cache)
    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        super().logout(request, extra_context)
        return redirect("account_login")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:index")


def _in_our_zone(view: View) -> View:
    """Staff read and write times by the clock of the practice, so the page is made in its zone."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(Practice.current().zone):
            response = view(request, *args, **kwargs)
            return response.render() if isinstance(response, SimpleTemplateResponse) else response

    return wrapper


def _next(request: HttpRequest) -> str:
    return safe_path(request, request.GET.get("next", "")) or reverse("admin:index")
