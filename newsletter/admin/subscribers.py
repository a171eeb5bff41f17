"""Who gets the newsletter: to find somebody, hand out their record, take them off, erase them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.people import email_addresses
from core.staff.audit.disclosures import declare, declare_none
from core.validation.primary_keys import parse_key
from newsletter.admin.long_lists import LongListAdmin
from newsletter.models import Subscriber
from newsletter.subscription import data_export, erasure, list_stats, unsubscribe

Status = Subscriber.Status
MOST_SHOWN = 50


class HowForm(forms.Form):
    how = forms.CharField(
        label=_("How did they ask?"),
        max_length=120,
        help_text=_("Such as: by phone, in writing. It is kept as proof. No name, no address."),
    )


@admin.register(Subscriber)
class SubscriberAdmin(LongListAdmin):
    """`subscription` alone changes somebody: no form here saves anything."""

    change_form_template = "admin/newsletter/subscriber.html"
    change_list_template = "admin/newsletter/subscribers.html"
    list_display = ["email_or_none", "status", "joined_at", "left_at", "paused_until"]
    list_display_links = ["email_or_none"]
    list_filter = ["status"]
    search_fields = ["email"]
    search_help_text = _("An address, or how it begins")
    fields = [
        *("email", "status", "chosen", "paused_until", "language"),
        *("created_at", "joined_at", "left_at", "soft_bounces", "proofs", "reports"),
    ]

    # ── what is seen ──

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By the beginning of the address; a whole one also finds somebody who was erased."""
        if not search_term:
            return queryset, False
        term = (
            email_addresses.normalized(search_term) if "@" in search_term else search_term.lower()
        )
        found = Q(email__startswith=term.strip().lstrip("@"))
        if "@" in term:
            found |= Q(address_hash=email_addresses.keyed_hash(term))
        return queryset.filter(found), False

    @admin.display(description=_("e-mail"))
    def email_or_none(self, subscriber: Subscriber) -> str:
        return subscriber.email or _now("(erased)")

    @admin.display(description=_("topics"))
    def chosen(self, subscriber: Subscriber) -> str:
        return ", ".join(map(str, subscriber.topics.all())) or _now("all")

    @admin.display(description=_("proofs"))
    def proofs(self, subscriber: Subscriber) -> SafeString | None:
        rows = [
            (f"{each}", each.how or each.page)
            for each in subscriber.consents.order_by("-pk")[:MOST_SHOWN]
        ]
        return format_html_join("", "<div>{}: {}</div>", rows) or None

    @admin.display(description=_("reports about issues"))
    def reports(self, subscriber: Subscriber) -> SafeString | None:
        rows = [
            (f"{each.at:%Y-%m-%d}", each.get_kind_display(), each.why)
            for each in subscriber.events.order_by("-pk")[:MOST_SHOWN]
        ]
        return format_html_join("", "<div>{}: {} {}</div>", rows) or None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = Subscriber.objects.filter(pk=parse_key(object_id)).first()
        can = {
            "can_leave": found and found.status == Status.ACTIVE and self.may(request, "change"),
            "can_erase": found and found.status != Status.ERASED and self.may(request, "erase"),
            "can_export": self.may(request, "change"),
        }
        return super().changeform_view(request, object_id, form_url, can | (extra_context or {}))

    # ── what can be done ──

    def may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"newsletter.{verb}_subscriber")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "view") or self.may(request, "change")

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("statistics/", guard(self.statistics), name="newsletter_statistics"),
            path("<int:pk>/leave/", guard(self.leave), name="newsletter_subscriber_leave"),
            path("<int:pk>/erase/", guard(self.erase), name="newsletter_subscriber_erase"),
            path(
                "<int:pk>/record.<str:kind>",
                guard(self.record),
                name="newsletter_subscriber_record",
            ),
            *super().get_urls(),
        ]

    def statistics(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("How the list is doing"),
            "opts": self.opts,
            "stats": list_stats.current(),
        }
        page = TemplateResponse(request, "admin/newsletter/statistics.html", context)
        return declare_none(page)

    def record(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """All that is kept about somebody, as a file for them."""
        subscriber = self._theirs(request, pk, "change")
        writers = {"json": data_export.as_json, "csv": data_export.as_csv}
        if kind not in writers:
            raise Http404
        text = writers[kind](data_export.collect(subscriber))
        content_type = {"json": "application/json", "csv": "text/csv"}[kind]
        file = HttpResponse(
            text,
            content_type=f"{content_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="subscriber-{pk}.{kind}"'},
        )
        return declare(file, [subscriber])

    def leave(self, request: HttpRequest, pk: int) -> HttpResponse:
        subscriber = self._theirs(request, pk, "change")
        question = _("They get no more issues, from this moment. They can sign up again.")
        form = HowForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            unsubscribe.unsubscribe(subscriber, how=f"staff: {form.cleaned_data['how']}")
            return self._done(request, subscriber, _now("Taken off the list."))
        return self._ask(request, subscriber, form, _("Take off the list"), question)

    def erase(self, request: HttpRequest, pk: int) -> HttpResponse:
        subscriber = self._theirs(request, pk, "erase")
        question = _(
            "Address, network, topics and reasons are removed for good. What stays is the proof of "
            "what they agreed to, and a keyed hash, so that nobody writes to them again."
        )
        form = HowForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            erasure.erase(subscriber, how=f"staff: {form.cleaned_data['how']}")
            return self._done(request, subscriber, _now("Erased."))
        return self._ask(request, subscriber, form, _("Erase"), question)

    def _theirs(self, request: HttpRequest, pk: int, verb: str) -> Subscriber:
        if not self.may(request, verb):
            raise PermissionDenied
        found = Subscriber.objects.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _ask(
        self, request: HttpRequest, subscriber: Subscriber, form: Any, verb: Any, question: Any
    ) -> Any:
        context = self.admin_site.each_context(request) | {
            "title": verb,
            "opts": self.opts,
            "original": subscriber,
            "question": question,
            "form": form,
        }
        page = TemplateResponse(request, "admin/newsletter/confirm_action.html", context)
        return declare(page, [subscriber])

    def _done(self, request: HttpRequest, subscriber: Subscriber, said: str) -> HttpResponse:
        self.log_change(request, subscriber, said)
        self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:newsletter_subscriber_change", subscriber.pk)
