"""What has changed on a board since the browser asked last: nothing, or some of its columns."""

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.response import TemplateResponse

from appointments.admin.desk import parts, reading, scope
from core.staff.audit import disclosures

MOST = 60  # columns that an address names


def renewal_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return the columns of `?scope=` whose versions are not among `?has=`, and the lists.

    304 where the `If-None-Match` of the last answer still holds. What an answer holds was shown to
    somebody, so only what changed is in it, and in the audit trail.
    """
    scope.require_view(request)
    found = scope.of_key(request.GET.get("scope", ""))
    tag = f'"{reading.version(found.days, found.provider)}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    laid_out, lists, _now = parts.show(request, found)
    has = set(request.GET.get("has", "").split(",")[: MOST + 1])
    columns = [each for each in laid_out.columns if each.version not in has]
    if lists and lists.version in has:
        lists = None
    context = parts.board_context(request, found) | {"columns": columns, "attention": lists}
    page = TemplateResponse(request, "admin/desk/_renewed.html", context, headers={"ETag": tag})
    shown = [card.visit for column in columns for card in column.cards]
    return disclosures.declare(page, shown + (lists.visits if lists else []))
