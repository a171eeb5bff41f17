"""Issues in the admin: their list, and the form in which one is written."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy

from core.staff.admin_urls import Page, admin_urls
from core.staff.audit.disclosures import declare_none
from core.staff.autosave.admin_forms import AutosavedAdmin
from core.validation import dates
from newsletter.admin import (
    failed_addresses,
    issue_pages,
    issue_progress,
    issue_sending,
    sender_records,
)
from newsletter.admin.forms import IssueForm
from newsletter.delivery import test_message
from newsletter.issues import checks, rendering
from newsletter.models import Issue

CHECK = "_check"  # the button that saves and goes on to the checks


@admin.register(Issue)
class IssueAdmin(AutosavedAdmin):
    """Once sending has begun, an issue is to read; its actions stay."""

    form = IssueForm
    formfield_overrides = dates.FORM_FIELDS
    change_form_template = "admin/newsletter/issue/change_form.html"
    change_list_template = "admin/newsletter/issue/change_list.html"
    list_display = [
        *("subject", "language", "status_and_reason", "planned", "total"),
        *("started_at", "finished_at"),
    ]
    list_filter = ["status", "language"]
    search_fields = ["subject", "slug"]
    prepopulated_fields = {"slug": ["subject"]}
    fieldsets = [
        (None, {"fields": ["subject", "preview", "slug", "body", "articles"]}),
        (
            gettext_lazy("Who gets it"),
            {"fields": ["language", "topics", "joined_since", "in_archive"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        rows = super().get_queryset(request)
        on_one = request.resolver_match and request.resolver_match.kwargs
        return rows if on_one else rows.defer("body", "email_html", "email_text")

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_and_reason(self, issue: Issue) -> str:
        status = str(issue.get_status_display())
        return f"{status}: {issue.reason}" if issue.reason else status

    @admin.display(description=gettext_lazy("to be sent"), ordering="send_at")
    def planned(self, issue: Issue) -> str:
        there = issue.send_at_there
        return f"{there:%Y-%m-%d %H:%M} {issue.get_zone_display()}" if there else "–"

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Issue | None = None
    ) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.editable)

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        """Never: what was sent stays on record, and a draft does no harm."""
        return False

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [
            ("live/", self.live_view),
            ("dns-records/", sender_records.dns_records_view),
            ("<int:pk>/send/", issue_sending.send_view),
            ("<int:pk>/test/", issue_sending.test_view),
            ("<int:pk>/step/<slug:name>/", issue_sending.action_view),
            ("<int:pk>/progress/", issue_progress.progress_view),
            ("<int:pk>/progress/now/", issue_progress.stats_view),
            ("<int:pk>/failed/", failed_addresses.failed_view),
            ("<int:pk>/failed.csv", failed_addresses.failed_csv_view),
            ("<int:pk>/uncertain/<int:delivery>/<slug:name>/", issue_progress.decide_view),
        ]
        return [*admin_urls(self, pages), *super().get_urls()]

    def live_view(self, request: HttpRequest) -> HttpResponse:
        """Return what stands in the editor, as HTML and as text. It saves nothing."""
        if request.method != "POST":
            raise Http404
        if not self.has_change_permission(request) and not self.has_add_permission(request):
            raise PermissionDenied
        form = IssueForm(request.POST)
        form.is_valid()
        given = form.cleaned_data
        fields = {name: given.get(name, "") for name in ("subject", "preview", "body")}
        issue = Issue(
            **fields,
            slug="preview",
            articles=given.get("articles") or [],
            language=given.get("language") or settings.LANGUAGE_CODE,
        )
        problems = [str(error) for error in form.errors.get("body", [])]
        problems += [problem.text for problem in checks.quick_checks(issue)]
        shown = {
            "html": rendering.render_preview(issue),
            "text": test_message.readable(rendering.render(issue).text),
        }
        return declare_none(JsonResponse(shown | {"problems": problems}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: Any,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        issue = self.get_object(request, object_id)
        mine: dict[str, Any] = {"is_nav_sidebar_enabled": False}
        if issue:
            mine["workflow"] = {"actions": issue_pages.actions(request, issue)}
        return super().change_view(request, object_id, form_url, mine | (extra_context or {}))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        mine = {"is_nav_sidebar_enabled": False}
        return super().add_view(request, form_url, mine | (extra_context or {}))

    def response_add(
        self, request: HttpRequest, obj: Issue, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        return self._checked(request, obj) or response

    def response_change(self, request: HttpRequest, obj: Issue) -> HttpResponse:
        response = super().response_change(request, obj)
        return self._checked(request, obj) or response

    def _checked(self, request: HttpRequest, issue: Issue) -> HttpResponse | None:
        """Lead to the page that checks and sends, where that button was pressed."""
        return redirect(issue_pages.home_of(issue)) if CHECK in request.POST else None
