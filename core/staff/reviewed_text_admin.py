"""The admin of texts that staff write, review and put online: articles, pages of text.

Saving keeps a revision; what readers see changes by the workflow's actions beside the form. What a
revision holds, and what the workflow can do, is the subject's.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from core.staff import workflow_actions
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit import disclosures
from core.staff.autosave.admin_forms import AutosavedAdmin
from core.staff.workflow_actions import WorkflowAction
from core.validation.primary_keys import parse_key

SUBMIT = "_submit"  # the button that saves and hands in at once


class ReviewedTextAdmin(AutosavedAdmin):
    """Its model has `revisions`, numbered from 1; its form extends admin/_writing_form.html."""

    workflow: Mapping[str, WorkflowAction]  # one of them is "submit"
    refused: type[Exception]  # what the workflow raises
    revisions_template = "admin/_revisions.html"

    # ── what is the subject's ──

    @abstractmethod
    def workflow_panel(self, request: HttpRequest, text: Any) -> dict[str, Any]:
        """Return what the panel beside the form says: `actions`, and more."""

    @abstractmethod
    def render_live(self, request: HttpRequest, form: ModelForm, pk: int | None) -> dict[str, Any]:
        """Return the page as HTML with what stands in the form, and the problems in words."""

    @abstractmethod
    def compare(self, before: Any, after: Any) -> list[Any]:
        """Return the parts in which two revisions differ, or might."""

    @abstractmethod
    def restore(self, request: HttpRequest, revision: Any) -> None:
        """Save an old revision anew."""

    def hands_in(self, text: Any | None) -> bool:
        """Return whether the button that saves hands in as well."""
        return True

    def about_revisions(self, text: Any) -> dict[str, Any]:
        """Return what the page of revisions shows besides: which is `online`, and more."""
        return {"online": text.online_id}

    def after_action(self, text: Any, name: str) -> Any:
        """Return the text whose form an action leads to."""
        return text

    # ── what is the same ──

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to anybody: what readers saw stays, and so does its address."""
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
        text = self.get_object(request, object_id)
        context: dict[str, Any] = dict(extra_context or {}) | self._writing(text)
        if text is not None and self.has_view_permission(request, text):
            context["workflow"] = self.workflow_panel(request, text)
        return super().change_view(request, object_id, form_url, context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, self._writing(None) | (extra_context or {}))

    def _writing(self, text: Any | None) -> dict[str, Any]:
        """Return what the page of a text needs: its preview, and room beside it."""
        page, args = ("live", [text.pk]) if text else ("live_new", [])
        live = reverse(self._name(page), args=args)
        return {"live": live, "hands_in": self.hands_in(text), "is_nav_sidebar_enabled": False}

    def live_new_view(self, request: HttpRequest) -> HttpResponse:
        return self.live_view(request, None)

    def live_view(self, request: HttpRequest, pk: int | None) -> HttpResponse:
        """Return the page as it will look with what stands in the form. It saves nothing."""
        self._raise_unless_writes(request, pk)
        text = self.get_object(request, str(pk)) if pk else None
        form = self.get_form(request, text, change=pk is not None)(request.POST, instance=text)
        return JsonResponse(self.render_live(request, form, pk))

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        return self._handed_in(request, obj) or response

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        response = super().response_change(request, obj)
        return self._handed_in(request, obj) or response

    def _handed_in(self, request: HttpRequest, text: Any) -> HttpResponse | None:
        """Hand in what was saved just now, where that button was pressed."""
        if SUBMIT not in request.POST:
            return None
        self._take(request, self.workflow["submit"], text)
        return redirect(self._page_of(text.pk))

    def action_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Take one action of the workflow. Only by POST, and only by whom it is for."""
        text = self._seen(request, pk)
        self._take(request, workflow_actions.get_or_404(self.workflow, request, name), text)
        return redirect(self._page_of(self.after_action(text, name).pk))

    def revisions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List all revisions; compare two of them when `from` and `to` are given."""
        text = self._seen(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revisions"),
            "subtitle": str(text),
            "opts": self.opts,
            "text": text,
            "revisions": text.revisions.select_related("saved_by").defer("body"),
            "may_change": self.has_change_permission(request, text),
            **self.about_revisions(text),
            **self._compared(request, text),
        }
        page = TemplateResponse(request, self.revisions_template, context)
        return disclosures.declare(page, [text])

    def _compared(self, request: HttpRequest, text: Any) -> dict[str, Any]:
        numbers = [parse_key(request.GET.get(name)) for name in ("from", "to")]
        before, after = (text.revisions.filter(number=number).first() for number in numbers)
        if before is None or after is None:
            return {}
        return {"before": before, "after": after, "parts": self.compare(before, after)}

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Save an old revision anew. Only by POST, and only by who may change the text."""
        text = self._seen(request, pk)
        if request.method != "POST":
            raise Http404
        revision = get_object_or_404(text.revisions, number=number)
        said = _("Revision {number} is restored.").format(number=number)
        restore = WorkflowAction(
            label=said,
            done=said,
            statuses=(),
            allowed=self.has_change_permission,
            run=lambda request, _text: self.restore(request, revision),
        )
        self._take(request, restore, text)
        return redirect(self._page_of(text.pk))

    def _take(self, request: HttpRequest, action: WorkflowAction, text: Model) -> None:
        workflow_actions.take(self, request, action, [text], refused=self.refused)

    def _seen(self, request: HttpRequest, pk: int) -> Any:
        """Return the text, to whoever may see it."""
        text = get_object_or_404(self.model, pk=pk)
        if not self.has_view_permission(request, text):
            raise PermissionDenied
        return text
