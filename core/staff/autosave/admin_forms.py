"""An admin class whose forms keep what is typed: every 20 seconds, by static/js/autosave.js.

What is kept is offered on the form's page, to nobody but who typed it. Taken up again it stands in
the form and is not saved; what colleagues saved meanwhile is shown beside it, as everywhere: see
`edit_conflicts`.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.staff.admin_urls import Page, admin_urls
from core.staff.audit.disclosures import declare_none
from core.staff.autosave import editing_presence, storage
from core.validation.primary_keys import parse_key

TAKE_UP = "_take_up"  # the button that puts into the form what was kept
CLOCK = "g:i A"
PRESENCE = "_presence"  # sent instead of the form where nothing was typed since


class AutosavedAdmin(ModelAdmin):
    """Its template includes admin/_autosave.html in the form."""

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [
            ("add/autosave/", self.autosave_new_view),
            ("<int:pk>/autosave/", self.autosave_view),
            ("add/autosave/discard/", self.discard_new_view),
            ("<int:pk>/autosave/discard/", self.discard_view),
        ]
        return [*admin_urls(self, pages), *super().get_urls()]

    def autosave_new_view(self, request: HttpRequest) -> HttpResponse:
        """Keep what stands in the form of a new record."""
        return self.autosave_view(request, None)

    def autosave_view(self, request: HttpRequest, pk: int | None) -> HttpResponse:
        """Keep what stands in the form, and say who else has it open. It changes no record."""
        self._raise_unless_writes(request, pk)
        answer: dict[str, Any] = {}
        if PRESENCE not in request.POST:
            try:
                kept = storage.keep(request.user, self.model, pk, request.POST)
            except storage.TooLong:
                return JsonResponse({"problem": _("This is too long to be kept.")}, status=413)
            answer["kept"] = date_format(timezone.localtime(kept.saved_at), CLOCK)
        return JsonResponse(answer | {"others": self._others(request, pk)})

    def discard_new_view(self, request: HttpRequest) -> HttpResponse:
        return self.discard_view(request, None)

    def discard_view(self, request: HttpRequest, pk: int | None) -> HttpResponse:
        self._raise_unless_writes(request, pk)
        storage.discard(request.user, self.model, pk)
        self.message_user(request, _("It is thrown away."), messages.SUCCESS)
        return declare_none(redirect(self._page_of(pk)))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return self._take_up(request, None) or super().add_view(
            request, form_url, self._autosave_context(request, None) | (extra_context or {})
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        pk = parse_key(object_id)
        return self._take_up(request, pk) or super().change_view(
            request,
            object_id,
            form_url,
            self._autosave_context(request, pk) | (extra_context or {}),
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        shown_only = hasattr(request, "_taken_up")
        return type(form.__name__, (_Shown, form), {}) if shown_only else form

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        storage.discard(request.user, self.model, None)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        storage.discard(request.user, self.model, obj.pk)
        editing_presence.mark_closed(obj, request.user)
        return super().response_change(request, obj)

    def _take_up(self, request: HttpRequest, pk: int | None) -> HttpResponse | None:
        """Put what was kept into the request, to be shown; or say that nothing is kept."""
        if request.method != "POST" or TAKE_UP not in request.POST:
            return None
        kept = storage.find(request.user, self.model, pk)
        if kept is None:
            self.message_user(request, _("Nothing is kept any more."), messages.WARNING)
            return declare_none(redirect(self._page_of(pk)))
        request.POST = storage.typed(kept)  # type: ignore[assignment]  # what Django reads
        request._taken_up = kept  # type: ignore[attr-defined]  # kept with the request
        return None

    def _autosave_context(self, request: HttpRequest, pk: int | None) -> dict[str, Any]:
        new, args = ("_new", []) if pk is None else ("", [pk])
        kept = storage.find(request.user, self.model, pk) if request.method == "GET" else None
        return {
            "autosave": reverse(self._name("autosave" + new), args=args),
            "autosave_discard": reverse(self._name("discard" + new), args=args),
            "kept": kept,
            "taken_up": getattr(request, "_taken_up", None),
            "take_up": TAKE_UP,
            "unsaved": request.method == "POST",  # the page shows what was not saved
            "others": self._others(request, pk),
        }

    def _others(self, request: HttpRequest, pk: int | None) -> list[str]:
        """Return sentences on who else has it open, or has typed into it and not saved."""
        if pk is None:
            return []
        record = self.model(pk=pk)
        open_by = editing_presence.mark_open(record, request.user)
        typed = storage.others(request.user, self.model, pk)
        told = [
            _("{name} has typed something here at {time} and not saved it.").format(
                name=row.user, time=date_format(timezone.localtime(row.saved_at), CLOCK)
            )
            for row in typed
        ]
        named = {str(row.user) for row in typed}
        too = _("{name} has this page open, too. Agree on who saves.")
        return [*told, *(too.format(name=name) for name in open_by if name not in named)]

    def _raise_unless_writes(self, request: HttpRequest, pk: int | None) -> None:
        if request.method != "POST":
            raise Http404
        if pk is None:
            allowed = self.has_add_permission(request)
        else:
            record = self.get_object(request, str(pk))
            if record is None:
                raise Http404
            allowed = self.has_change_permission(request, record)
        if not allowed:
            raise PermissionDenied

    def _page_of(self, pk: int | None) -> str:
        return (
            reverse(self._name("add")) if pk is None else reverse(self._name("change"), args=[pk])
        )

    def _name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"


class _Shown:
    """Of a form that shows what was kept: its errors are told, and it is not saved."""

    def is_valid(self) -> bool:
        super().is_valid()  # type: ignore[misc]  # a mixin of forms
        return False
