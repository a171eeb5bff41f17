"""Texts as staff see them: what waits, what failed and why, who agreed. To read, and to send again.

Whether a number is a landline or said STOP stands on the texts to it: its own row has a hash alone.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.database import database_time
from core.languages.speaking import speaking
from core.languages.translations import in_each_language
from core.sms import numbers, outbox, phone_states
from core.sms.models import OutgoingText, SmsConsent, SmsConsentText
from core.staff.urgency import Urgency

# A link in a text opens what it belongs to: whoever may read the outbox must not be able to use it.
_LINK_PATH = re.compile(r"(https?://[^/\s\"'<>]+)/[^\s\"'<>]+")


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def failed_texts(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Show on the first page that texts failed this week, or did not arrive."""
    if not request.user.has_perm("sms.view_outgoingtext"):
        return None
    week = database_time.now() - timedelta(days=7)
    rows = OutgoingText.objects.filter(created_at__gte=week)
    failed = rows.failed().filter(overtaken=False).count()
    undelivered = rows.undelivered().count()
    if not failed and not undelivered:
        return None
    shown = {"failed": failed, "undelivered": undelivered, "records": ()}
    return "admin/sms/_failed.html", shown


class _Written(admin.ModelAdmin):
    """Nobody writes, changes or deletes one by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutgoingText)
class OutgoingTextAdmin(_Written):
    """To read, and to send again what failed."""

    list_display = ("to", "template", "status", "why", "attempts", "next_attempt", "written")
    list_filter = ("status", ("undelivered_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("=to", "=key")  # see get_search_results
    search_help_text = _("The whole number, or the whole key")
    list_per_page = 50
    order_by_index = ("written",)
    actions = ("send_again",)
    readonly_fields = (
        *("to", "number_state", "status", "why", "attempts", "next_attempt"),
        *("written", "of_use_until", "sent", "delivered", "undelivered", "emptied"),
        *("body", "parts", "cost"),
        *("template", "about", "key", "provider", "provider_id"),
    )
    fieldsets = (
        (None, {"fields": readonly_fields[:6]}),
        (_("Text"), {"fields": readonly_fields[12:15]}),
        (_("When"), {"fields": readonly_fields[6:12]}),
        (_("Behind it"), {"fields": readonly_fields[15:], "classes": ("collapse",)}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutgoingText], search_term: str
    ) -> tuple[QuerySet[OutgoingText], bool]:
        """By a whole number, however it is written, or by a whole key."""
        if not search_term:
            return queryset, False
        number = numbers.textable(search_term)
        found = queryset.filter(to=number) if number else queryset.filter(key=search_term.strip())
        return found, False

    @admin.action(description=_("Send again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingText]) -> None:
        again = 0
        for text in queryset:
            try:
                outbox.resend(text)
            except outbox.NotResendable as error:
                self.message_user(request, f"{text}: {error}", messages.WARNING)
            else:
                again += 1
                self.log_change(request, text, str(_("Sent again.")))
        if again:
            words = ngettext("%d text is on its way.", "%d texts are on their way.", again)
            self.message_user(request, words % again, messages.SUCCESS)

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sms.change_outgoingtext")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_send_permission(request)

    @admin.display(description=_("the number"))
    def number_state(self, text: OutgoingText) -> str:
        known = phone_states.of(text.to) if text.to else phone_states.State()
        if known.stopped:
            return str(_("It answered STOP: it gets no texts before it answers START."))
        if known.unreachable:
            return str(_("Texts do not arrive there: a landline, or nobody’s number."))
        return str(_("Nothing is known against it."))

    @admin.display(description=_("written"), ordering="created_at")
    def written(self, text: OutgoingText) -> str:
        return _moment(text.created_at)

    @admin.display(description=_("next attempt"), ordering="due_at")
    def next_attempt(self, text: OutgoingText) -> str:
        return _moment(text.due_at)

    @admin.display(description=_("of use until"))
    def of_use_until(self, text: OutgoingText) -> str:
        return _moment(text.not_after)

    @admin.display(description=_("sent"))
    def sent(self, text: OutgoingText) -> str:
        return _moment(text.sent_at)

    @admin.display(description=_("delivered"))
    def delivered(self, text: OutgoingText) -> str:
        return _moment(text.delivered_at)

    @admin.display(description=_("could not be delivered"))
    def undelivered(self, text: OutgoingText) -> str:
        return _moment(text.undelivered_at)

    @admin.display(description=_("emptied"))
    def emptied(self, text: OutgoingText) -> str:
        return _moment(text.purged_at)

    @admin.display(description=_("why it did not go through"))
    def why(self, text: OutgoingText) -> str:
        return Truncator(text.undelivered_reason or text.last_error).chars(200) or "–"

    @admin.display(description=_("text"))
    def body(self, text: OutgoingText) -> str | SafeString:
        if text.secret:
            return str(_("Not shown: it opens an account."))
        return format_html("<pre>{}</pre>", _LINK_PATH.sub(r"\1/…", text.text)) or "–"


@admin.register(SmsConsent)
class SmsConsentAdmin(_Written):
    """Who agreed to texts, and who took it back: found by the whole number."""

    list_display = ("when", "kind", "text", "page")
    list_filter = ("kind",)
    list_select_related = ("text",)
    order_by_index = ("when",)
    fields = ("when", "kind", "words", "language", "page", "about", "number_hash")
    readonly_fields = fields
    search_fields = ("number_hash",)
    search_help_text = _("The whole phone number of whoever agreed.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SmsConsent], search_term: str
    ) -> tuple[QuerySet[SmsConsent], bool]:
        if search_term:
            queryset = queryset.filter(number_hash=numbers.keyed_hash(search_term))
        return queryset, False

    @admin.display(description=_("when"), ordering="at")
    def when(self, consent: SmsConsent) -> str:
        return _moment(consent.at)

    @admin.display(description=_("words"))
    def words(self, consent: SmsConsent) -> str:
        if consent.text is None:
            return "–"
        with speaking(consent.language):
            return str(consent.text.text_i18n)


@admin.register(SmsConsentText)
class SmsConsentTextAdmin(admin.ModelAdmin):
    """A change is a new version: the next number is given when it is saved."""

    list_display = ("version", "since", "text")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        texts = in_each_language("text")
        return [*texts] if obj is None else ["version", "since", *texts]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["since"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the words in force."""
        now = SmsConsentText.objects.first()
        return {name: getattr(now, name) for name in in_each_language("text")} if now else {}

    def save_model(
        self, request: HttpRequest, obj: SmsConsentText, form: ModelForm, change: bool
    ) -> None:
        newest = SmsConsentText.objects.aggregate(Max("version"))["version__max"]
        obj.version = (newest or 0) + 1
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("in force since"), ordering="created")
    def since(self, text: SmsConsentText) -> str:
        return _moment(text.created)


def _moment(value: datetime | None) -> str:
    """With the time zone, because staff and the server may live in different ones."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return f"{date_format(local, 'SHORT_DATETIME_FORMAT')} {local.tzname()}"
