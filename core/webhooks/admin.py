"""Endpoints and messages as managers see them. A secret is shown once, on a page of its own."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.staff.audit import disclosures
from core.staff.read_only_admin import ReadOnlyAdmin
from core.webhooks import outbox
from core.webhooks.models import EventType, WebhookDelivery, WebhookEndpoint


class EndpointForm(forms.ModelForm):
    """Where, and of what."""

    events = forms.MultipleChoiceField(
        label=_("Told of"), choices=EventType.choices, widget=forms.CheckboxSelectMultiple
    )
    url = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https", help_text="https://…"
    )


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(admin.ModelAdmin):
    """Nobody deletes one: what it was told stays known. One that is not ticked is told nothing."""

    form = EndpointForm
    list_display = ("name", "url", "active", "failing_since", "disabled_at")
    fields = ("name", "url", "events", "active")
    readonly_fields = ("failing_since", "disabled_at", "created_at")
    actions = ("send_test", "new_secret")

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        return self.fields[:3] if obj is None else (*self.fields, *self.readonly_fields)

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            request._new_secret = outbox.new_secret(obj)  # type: ignore[attr-defined]  # see below
            obj.former_secret, obj.former_until = "", None
        obj.save()
        if change and obj.active and "active" in form.changed_data:
            outbox.switch_on(obj)

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, request._new_secret)  # type: ignore[attr-defined]

    def _secret_page(
        self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str
    ) -> TemplateResponse:
        """Show the secret: on this page, and nowhere else ever again."""
        context = self.admin_site.each_context(request) | {
            "title": _("The secret of %(name)s") % {"name": endpoint.name},
            "opts": self.opts,
            "secret": secret,
        }
        response = TemplateResponse(request, "admin/webhooks/secret.html", context)
        return disclosures.declare(response, [endpoint])

    @admin.action(description=_("Send a test message"), permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            outbox.publish_test(endpoint)
            self.log_change(request, endpoint, str(_("A test message was sent.")))
        self.message_user(request, _("“Webhook messages” says what it is answered."))

    @admin.action(description=_("Make a new secret, for one endpoint"), permissions=["change"])
    def new_secret(
        self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]
    ) -> TemplateResponse | None:
        if len(queryset) != 1:
            self.message_user(request, _("Please choose one endpoint."), messages.WARNING)
            return None
        endpoint = queryset.get()
        secret = outbox.new_secret(endpoint)
        self.log_change(request, endpoint, str(_("It has a new secret.")))
        return self._secret_page(request, endpoint, secret)

    def has_delete_permission(
        self, request: HttpRequest, obj: WebhookEndpoint | None = None
    ) -> bool:
        return False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """To read, and to send again what failed."""

    list_display = (
        "event",
        "endpoint",
        "status",
        "last_answer",
        "attempts",
        "due_at",
        "created_at",
    )
    list_filter = ("status", "endpoint")
    list_select_related = ("endpoint",)
    order_by_index = ("created_at",)
    actions = ("send_again",)
    fields = (
        *("event", "endpoint", "status", "last_answer", "attempts"),
        *("due_at", "created_at", "delivered_at", "message_id", "says"),
    )
    readonly_fields = fields

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        again = 0
        for delivery in queryset:
            if outbox.send_again(delivery):
                again += 1
                self.log_change(request, delivery, str(_("Sent again.")))
        text = ngettext("%d message is on its way.", "%d messages are on their way.", again)
        self.message_user(request, text % again, messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_webhookdelivery")

    def has_view_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_send_permission(request)

    @admin.display(description=_("what it says"))
    def says(self, delivery: WebhookDelivery) -> str:
        return format_html("<pre>{}</pre>", json.dumps(delivery.payload, indent=2))
