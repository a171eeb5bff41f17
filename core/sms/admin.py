"""Texts as staff see them: what waits, what failed and why, who agreed. To read, and to send again.

Whether a number is a landline or said STOP stands on the texts to it: its own row has a hash alone.
"""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.database import database_time
from core.languages.speaking import speaking
from core.outbox.admin import OutboxRowAdmin
from core.sms import numbers, phone_states
from core.sms.models import OutgoingText, SmsConsent, SmsConsentText
from core.staff.local_times import local_time
from core.staff.read_only_admin import ReadOnlyAdmin
from core.staff.text_version_admin import TextVersionAdmin
from core.staff.urgency import Urgency


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


@admin.register(OutgoingText)
class OutgoingTextAdmin(OutboxRowAdmin):
    """To read, and to send again what failed."""

    refused_column = "undelivered_reason"

    list_display = ("to", "template", "status", "why", "attempts", "next_attempt", "written")
    list_filter = ("status", ("undelivered_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("=to", "=key")  # see get_search_results
    search_help_text = _("The whole number, or the whole key")
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
        """Search by a whole number, however it is written, or by a whole key."""
        if not search_term:
            return queryset, False
        number = numbers.textable(search_term)
        found = queryset.filter(to=number) if number else queryset.filter(key=search_term.strip())
        return found, False

    def words_of_sent_again(self, count: int) -> str:
        return ngettext("%d text is on its way.", "%d texts are on their way.", count) % count

    @admin.display(description=_("the number"))
    def number_state(self, text: OutgoingText) -> str:
        known = phone_states.of(text.to) if text.to else phone_states.State()
        if known.stopped:
            return str(_("It answered STOP: it gets no texts before it answers START."))
        if known.unreachable:
            return str(_("Texts do not arrive there: a landline, or nobody’s number."))
        return str(_("Nothing is known against it."))

    @admin.display(description=_("delivered"))
    def delivered(self, text: OutgoingText) -> str:
        return local_time(text.delivered_at)

    @admin.display(description=_("could not be delivered"))
    def undelivered(self, text: OutgoingText) -> str:
        return local_time(text.undelivered_at)


@admin.register(SmsConsent)
class SmsConsentAdmin(ReadOnlyAdmin):
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
        return local_time(consent.at)

    @admin.display(description=_("words"))
    def words(self, consent: SmsConsent) -> str:
        if consent.text is None:
            return "–"
        with speaking(consent.language):
            return str(consent.text.text_i18n)


@admin.register(SmsConsentText)
class SmsConsentTextAdmin(TextVersionAdmin):
    """What people agree to before they get texts."""
