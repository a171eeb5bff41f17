"""API keys as managers see them: made with a key that is shown once, revoked, never edited."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.api import keys
from core.api.models import ApiKey, Scope
from core.database import database_time
from core.staff.audit import disclosures
from core.staff.models import User

ENDS = {"30": _("after 30 days"), "90": _("after 90 days"), "365": _("after a year")}


class ApiKeyForm(forms.ModelForm):
    """What the program is called, what it may do, until when."""

    ends = forms.ChoiceField(
        label=_("It ends"),
        choices=[*ENDS.items(), ("", _("when it is revoked"))],
        initial="365",
        required=False,
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """A key's rights never grow: whoever needs others gets another key."""

    form = ApiKeyForm
    list_display = ("name", "begins_with", "scopes", "state_now", "last_used_at", "expires_at")
    fields = ("name", "scopes", "ends")
    shown = ("name", "begins_with", "scopes", "state_now", "last_used_at", "expires_at")
    also_shown = ("revoked_at", "created_at", "created_by")
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return self.fields if obj is None else self.shown + self.also_shown

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return () if obj is None else self.shown + self.also_shown

    def save_model(
        self, request: HttpRequest, obj: ApiKey, form: forms.ModelForm, change: bool
    ) -> None:
        days = form.cleaned_data["ends"]
        obj.expires_at = database_time.now() + timedelta(days=int(days)) if days else None
        obj.created_by = cast(User, request.user)
        request._new_key = keys.fill_in(obj)  # type: ignore[attr-defined]  # for response_add alone
        obj.save()

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key: on this page, and nowhere else ever again."""
        context = self.admin_site.each_context(request) | {
            "title": _("The new key of %(name)s") % {"name": obj.name},
            "opts": self.opts,
            "key": request._new_key,  # type: ignore[attr-defined]
        }
        response = TemplateResponse(request, "admin/api/new_key.html", context)
        return disclosures.declare(response, [obj])

    @admin.action(
        description=_("Revoke: programs with this key are refused"), permissions=["revoke"]
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        ended = 0
        for key in queryset:
            if keys.revoke(key):
                ended += 1
                self.log_change(request, key, str(_("Revoked.")))
        text = ngettext("%d key is revoked.", "%d keys are revoked.", ended)
        self.message_user(request, text % ended, messages.SUCCESS)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("api.change_apikey")

    def has_view_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_revoke_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    @admin.display(description=_("begins with"))
    def begins_with(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @admin.display(description=_("works"), boolean=True)
    def state_now(self, key: ApiKey) -> bool:
        is_over = key.expires_at is not None and key.expires_at <= database_time.now()
        return key.revoked_at is None and not is_over
