"""Issues in the admin: write, check, send, watch. Every change goes through `workflow`."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.languages.speaking import name_of
from core.staff import workflow_actions
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit.disclosures import declare, declare_none
from core.staff.autosave.admin_forms import AutosavedAdmin
from core.validation import dates
from core.validation.primary_keys import parse_key
from newsletter.admin import failed_addresses, issue_progress
from newsletter.admin.forms import IssueForm, PlanForm, TestForm
from newsletter.admin.workflow_actions import ACTIONS, DECISIONS, IssueAction
from newsletter.delivery import dns_records, test_message
from newsletter.delivery.smtp_client import ServerUnavailable
from newsletter.issues import checks, rendering, workflow
from newsletter.models import Delivery, Issue

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
            ("dns-records/", self.dns_records_view),
            ("<int:pk>/send/", self.send_view),
            ("<int:pk>/test/", self.test_view),
            ("<int:pk>/step/<slug:name>/", self.action_view),
            ("<int:pk>/progress/", self.progress_view),
            ("<int:pk>/progress/now/", self.stats_view),
            ("<int:pk>/failed/", failed_addresses.failed_view),
            ("<int:pk>/failed.csv", failed_addresses.failed_csv_view),
            ("<int:pk>/uncertain/<int:delivery>/<slug:name>/", self.decide_view),
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

    def send_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what to know before it goes, and the buttons. `?links` also tries every link."""
        issue = self._issue(request, pk)
        problems = checks.quick_checks(issue)
        with_links = "links" in request.GET
        if with_links:
            problems += checks.check_links(issue)
        context = {
            "title": _("Check and send"),
            "problems": problems,
            "stopped": any(problem.stops for problem in problems),
            "with_links": with_links,
            **_counts(issue),
            "plan": PlanForm(),
            "test": TestForm(user=request.user),
            "size": round(len(rendering.render(issue).html.encode()) / 1024),
        }
        return self._page(request, issue, "send", context)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it to colleagues who were chosen, and to nobody else."""
        issue = self._posted(request, pk)
        form = TestForm(request.POST, user=request.user)
        if not form.is_valid():
            for error in form.errors.get("to", []):
                self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:newsletter_issue_send", pk)
        sent = []
        for person in form.cleaned_data["to"]:
            try:
                test_message.send(issue, to=person.email)
            except (ServerUnavailable, test_message.NotAccepted) as error:
                said = _("It was not sent to {name}: {why}").format(name=person, why=error)
                self.message_user(request, said, messages.ERROR)
                if isinstance(error, ServerUnavailable):
                    break  # for the others, too
            else:
                sent.append(person.email)
        if sent:
            said = _("On its way to {addresses}.").format(addresses=", ".join(sent))
            self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:newsletter_issue_send", pk)

    def action_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Take one action of the workflow. Only by POST, and only by whom it is for."""
        issue = self._posted(request, pk)
        action = workflow_actions.get_or_404(ACTIONS | DECISIONS, request, name)
        page = workflow_actions.take(
            self,
            request,
            action,
            [issue],
            refused=workflow.NotPossible,
            confirm=lambda: self._confirm_page(request, issue) if action.asks_first else None,
        )
        issue.refresh_from_db()
        return page or redirect(self._home_of(issue))

    def _confirm_page(self, request: HttpRequest, issue: Issue) -> HttpResponse | None:
        """Return the page that asks once more; None where they are sure, about as many as now."""
        told, count = parse_key(request.POST.get("count")), issue.audience().count()
        if request.POST.get("sure") == "yes" and told == count:
            return None
        workflow.check_ready(issue)
        return self._page(
            request, issue, "confirm_send", {"title": _("Send it now?"), "count": count}
        )

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        issue = self._issue(request, pk)
        decides = request.user.has_perm("newsletter.change_subscriber")
        context = issue_progress.live_stats(issue) | issue_progress.report_history(issue)
        context |= issue_progress.held_bounces(issue, decides=decides)
        context |= {"title": _("Progress"), "decisions": DECISIONS}
        return self._page(request, issue, "progress", context)

    def stats_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the part of the progress page that changes while it is being sent."""
        issue = self._issue(request, pk)
        return self._page(request, issue, "_stats", issue_progress.live_stats(issue))

    def decide_view(self, request: HttpRequest, pk: int, delivery: int, name: str) -> HttpResponse:
        issue = self._posted(request, pk)
        decide = {"resend": workflow.resend, "mark-sent": workflow.mark_sent}.get(name)
        if decide is None:
            raise Http404
        row = get_object_or_404(Delivery, pk=delivery, issue=issue)
        try:
            decide(row)
        except workflow.NotPossible as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, issue, f"{name} {delivery}")
        return redirect("admin:newsletter_issue_progress", pk)

    def dns_records_view(self, request: HttpRequest) -> HttpResponse:
        """Show what receivers find in DNS about our sender."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Sender’s records"),
            "opts": self.opts,
            "records": dns_records.look(),
            "limits": issue_progress.sending_limits(),
        }
        page = TemplateResponse(request, "admin/newsletter/issue/dns_records.html", context)
        return declare_none(page)

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
            mine["workflow"] = {"actions": self._actions(request, issue)}
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
        return redirect(self._home_of(issue)) if CHECK in request.POST else None

    def _page(
        self, request: HttpRequest, issue: Issue, name: str, context: dict[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "subtitle": str(issue),
            "opts": self.opts,
            "issue": issue,
            "workflow_actions": self._actions(request, issue),
            "may_change": self._may(request),
            **context,
        }
        page = TemplateResponse(request, f"admin/newsletter/issue/{name}.html", context)
        rows = (*context.get("uncertain", ()), *context.get("held", ()))
        readers = [row.subscriber for row in rows]
        return declare(page, [issue], readers)

    def _actions(self, request: HttpRequest, issue: Issue) -> dict[str, IssueAction]:
        return workflow_actions.available(ACTIONS, request, issue, status=issue.status)

    def _may(self, request: HttpRequest) -> bool:
        return request.user.has_perm("newsletter.change_issue")

    def _issue(self, request: HttpRequest, pk: int) -> Issue:
        issue = get_object_or_404(Issue, pk=pk)
        if not self.has_view_permission(request, issue):
            raise PermissionDenied
        return issue

    def _posted(self, request: HttpRequest, pk: int) -> Issue:
        if request.method != "POST":
            raise Http404
        issue = self._issue(request, pk)
        if not self._may(request):
            raise PermissionDenied
        return issue

    def _home_of(self, issue: Issue) -> str:
        name = "send" if issue.editable else "progress"
        return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])


def _counts(issue: Issue) -> dict[str, Any]:
    """Return how many get it, and how many do not because they read another language."""
    counted = issue.chosen_readers().by_language()
    reached = issue.reaches_languages()
    return {
        "count": sum(counted.pop(code, 0) for code in reached),
        "languages": get_text_list([name_of(code) for code in sorted(reached)], _("or")),
        "others": [(name_of(code), number) for code, number in counted.items()],
    }
