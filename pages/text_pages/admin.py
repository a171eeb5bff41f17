"""The admin of text pages: their form, their revisions, and the actions of the workflow."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.publishing.rules import NotPossible
from articles.revisions import revision_diff
from articles.revisions.content import Content
from core.staff import preview_frame, workflow_actions
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit import disclosures
from core.staff.autosave.admin_forms import AutosavedAdmin
from core.validation.primary_keys import parse_key
from pages.text_pages import publishing, reading, views
from pages.text_pages.expiring_pages import ExpiringFilter
from pages.text_pages.forms import TextPageForm
from pages.text_pages.models import TextPage, TextPageRevision
from pages.text_pages.workflow_actions import ACTIONS, workflow_panel

SUBMIT = "_submit"  # the button that saves and hands in at once
FROM_SEED = 20  # rows of the panel


@admin.register(TextPage)
class TextPageAdmin(AutosavedAdmin):
    """Saving keeps a revision; what readers see changes through the actions beside the form."""

    form = TextPageForm
    change_form_template = "admin/pages/textpage/change_form.html"
    list_display = ["title", "language", "status_text", "version", "changed_at"]
    list_filter = ["status", "language", ExpiringFilter]
    list_select_related = ["online"]
    search_fields = ["title", "slug"]
    fieldsets = [
        (None, {"fields": ["slug", "language", "title", "summary", "body"]}),
        (gettext_lazy("This change"), {"fields": ["note"]}),
    ]

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_text(self, page: TextPage) -> str:
        status = page.get_status_display()
        if page.online_id and page.status != "published":
            return _("{status}; an earlier text is online").format(status=status)
        if page.online and page.online.approved_by_id is None:
            return _("{status} as it came along: nobody here has reviewed it").format(status=status)
        return status

    @admin.display(description=gettext_lazy("version"))
    def version(self, page: TextPage) -> str:
        return str(page.online.number) if page.online else "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TextPage]:
        return super().get_queryset(request).defer("body")

    def has_delete_permission(self, request: HttpRequest, obj: TextPage | None = None) -> bool:
        """Refuse to anybody: what readers saw stays."""
        return False

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [
            ("add/live/", self.live_new_view),
            ("<int:pk>/live/", self.live_view),
            ("<int:pk>/step/<slug:name>/", self.action_view),
            ("<int:pk>/revisions/", self.revisions_view),
            ("<int:pk>/revisions/<int:number>/restore/", self.restore_view),
        ]
        return [*admin_urls(self, pages), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        page = self.get_object(request, object_id)
        context: dict[str, Any] = dict(extra_context or {}) | self._writing(page)
        if page is not None and self.has_view_permission(request, page):
            context["workflow"] = workflow_panel(request, page)
        return super().change_view(request, object_id, form_url, context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, self._writing(None) | (extra_context or {}))

    def _writing(self, page: TextPage | None) -> dict[str, Any]:
        """Return what the page of a text needs: its preview, and room beside it."""
        name, args = ("live", [page.pk]) if page else ("live_new", [])
        live = reverse(f"admin:pages_textpage_{name}", args=args)
        return {"live": live, "hands_in": True, "is_nav_sidebar_enabled": False}

    def live_new_view(self, request: HttpRequest) -> HttpResponse:
        return self.live_view(request, None)

    def live_view(self, request: HttpRequest, pk: int | None) -> HttpResponse:
        """Return the page as it will look with what stands in the form. It saves nothing."""
        self._raise_unless_writes(request, pk)
        page = self.get_object(request, str(pk)) if pk else None
        form = self.get_form(request, page, change=pk is not None)(request.POST, instance=page)
        form.is_valid()
        given = form.cleaned_data
        slug, language = given.get("slug") or "how-it-works", given.get("language") or "en"
        content = Content(
            title=given.get("title") or _("No title yet"),
            summary=given.get("summary", ""),
            body=given.get("body", ""),
        )
        with translation.override(language):
            text = reading.of_revision(TextPage(slug=slug, language=language), content)
            html = preview_frame.inert(views.render_preview(request, text).content.decode())
        found = form.errors.as_data().get("body", [])
        problems = [text for each in found if each.code != "required" for text in each.messages]
        return JsonResponse({"html": html, "problems": problems})

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Keep what was saved as a revision."""
        super().save_related(request, form, formsets, change)
        note = form.cleaned_data["note"]
        publishing.record_revision(form.instance, by=request.user, note=note)

    def response_add(
        self, request: HttpRequest, obj: TextPage, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        return self._handed_in(request, obj) or response

    def response_change(self, request: HttpRequest, obj: TextPage) -> HttpResponse:
        response = super().response_change(request, obj)
        return self._handed_in(request, obj) or response

    def _handed_in(self, request: HttpRequest, page: TextPage) -> HttpResponse | None:
        """Hand in what was saved just now, where that button was pressed."""
        if SUBMIT not in request.POST:
            return None
        workflow_actions.take(self, request, ACTIONS["submit"], [page], refused=NotPossible)
        return redirect(self._form_of(page))

    def action_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Take one action of the workflow. Only by POST, and only by whom it is for."""
        page = self._page(request, pk)
        action = workflow_actions.get_or_404(ACTIONS, request, name)
        workflow_actions.take(self, request, action, [page], refused=NotPossible)
        return redirect(self._form_of(page))

    def revisions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List all revisions; compare two of them when `from` and `to` are given."""
        page = self._page(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revisions"),
            "subtitle": str(page),
            "opts": self.opts,
            "page": page,
            "revisions": page.revisions.select_related("saved_by").defer("body"),
            "versions": page.versions.select_related("approved_by", "revision"),
            "may_change": self.has_change_permission(request, page),
            **self._compared(request, page),
        }
        response = TemplateResponse(request, "admin/pages/textpage/revisions.html", context)
        return disclosures.declare(response, [page])

    def _compared(self, request: HttpRequest, page: TextPage) -> dict[str, Any]:
        numbers = [parse_key(request.GET.get(name)) for name in ("from", "to")]
        before, after = (page.revisions.filter(number=number).first() for number in numbers)
        if before is None or after is None:
            return {}
        contents = publishing.content_of(before), publishing.content_of(after)
        parts = [part for part in revision_diff.compare(*contents) if part.changed]
        return {"before": before, "after": after, "parts": parts, "compared": True}

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Save an old revision anew."""
        page = self._page(request, pk)
        if request.method != "POST":
            raise Http404
        if not self.has_change_permission(request, page):
            raise PermissionDenied
        revision = get_object_or_404(TextPageRevision, page=page, number=number)
        restore = workflow_actions.WorkflowAction(
            label=_("Revision {number} is restored.").format(number=number),
            done=_("Revision {number} is restored.").format(number=number),
            statuses=(),
            allowed=lambda request, page: True,
            run=lambda request, page: publishing.restore(revision, by=request.user) and "",
        )
        workflow_actions.take(self, request, restore, [page], refused=NotPossible)
        return redirect(self._form_of(page))

    def _page(self, request: HttpRequest, pk: int) -> TextPage:
        page = get_object_or_404(TextPage, pk=pk)
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        return page

    def _form_of(self, page: TextPage) -> str:
        return reverse("admin:pages_textpage_change", args=[page.pk])
