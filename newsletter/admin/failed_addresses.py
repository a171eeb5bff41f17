"""Who did not get an issue, and why: a list, and the same as a file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import spreadsheets
from core.practice.models import Practice
from core.staff.audit.admin_pages import record_all
from core.staff.audit.disclosures import declare
from core.staff.long_lists import LongListPaginator
from newsletter.admin import issue_pages
from newsletter.models import Delivery, HardBounce, Issue, Subscriber

ON_A_PAGE = 100
AT_ONCE = 1000  # rows of the file that are read, and named in the trail, together
KINDS = {
    "failed": gettext_lazy("Not taken by their mail server"),
    "bounced": gettext_lazy("Came back for good"),
}
Row = tuple[Subscriber | None, str, datetime | None]  # whom, why, when


def failed_view(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show them by a hundred: `?kind=` of KINDS, `?p=` the page."""
    issue = _issue(model_admin, request, pk)
    kind = _kind(request)
    pages = LongListPaginator(_rows(issue, kind), ON_A_PAGE)
    page = pages.get_page(request.GET.get("p"))
    rows = list(_read(page.object_list, kind))
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Who did not get it"),
        "subtitle": str(issue),
        "opts": model_admin.opts,
        "issue": issue,
        "kind": kind,
        "kinds": [(name, label, _paged(issue, name)) for name, label in KINDS.items()],
        "page": page,
        "rows": rows,
    }
    shown = TemplateResponse(request, "admin/newsletter/issue/failed.html", context)
    return declare(shown, [issue], [who for who, _why, _when in rows if who])


def failed_csv_view(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return all of one kind as CSV, read and sent by AT_ONCE; each part is in the trail first."""
    issue = _issue(model_admin, request, pk)
    kind = _kind(request)
    name = f"issue-{issue.pk}-{kind}.csv"
    file = StreamingHttpResponse(
        _lines(request, issue, kind),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    return declare(file, [issue])


def _issue(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> Issue:
    """Return the issue. The list names readers: it takes the right to see them, too."""
    issue = issue_pages.get_or_404(model_admin, request, pk)
    if not request.user.has_perm("newsletter.view_subscriber"):
        raise PermissionDenied
    return issue


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in KINDS else "failed"


def _rows(issue: Issue, kind: str) -> QuerySet[Any]:
    if kind == "bounced":
        return HardBounce.objects.of(issue).select_related("subscriber").order_by("pk")
    failed = Delivery.objects.of(issue).with_a_reason().filter(status=Delivery.Status.FAILED)
    return failed.order_by("pk")


def _paged(issue: Issue, kind: str) -> Paginator:
    return LongListPaginator(_rows(issue, kind), ON_A_PAGE)


def _read(rows: Iterable[Any], kind: str) -> Iterator[Row]:
    """Yield whom, why and when of each row; readers are read together, they have no join."""
    rows = list(rows)
    readers = Subscriber.objects.in_bulk([row.subscriber_id for row in rows])
    for row in rows:
        why, when = (row.why, row.at) if kind == "bounced" else (row.reason, row.settled_at)
        yield readers.get(row.subscriber_id), why, when


def _lines(request: HttpRequest, issue: Issue, kind: str) -> Iterator[str]:
    yield spreadsheets.table([["email", "why", "when"]])
    last, zone = 0, Practice.current().zone
    while part := list(_rows(issue, kind).filter(pk__gt=last)[:AT_ONCE]):
        last = part[-1].pk
        found = list(_read(part, kind))
        readers = [who.pk for who, _why, _when in found if who]
        record_all(request, "export", model=Subscriber._meta.label_lower, object_pks=readers)
        yield spreadsheets.table(
            [
                who.email if who else "",
                why,
                f"{localtime(when, zone):%Y-%m-%d %H:%M}" if when else "",
            ]
            for who, why, when in found
        )
