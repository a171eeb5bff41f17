"""Consents, their texts, and what was asked for: to look at. Nothing here is changed or deleted."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Now, Substr
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.languages.speaking import speaking
from core.mail.models import OutgoingEmail
from core.people import email_addresses
from core.staff.text_version_admin import TextVersionAdmin
from newsletter.admin.long_lists import LongListAdmin
from newsletter.models import Confirmation, Consent, ConsentText


@admin.register(ConsentText)
class ConsentTextAdmin(TextVersionAdmin):
    """What subscribers agree to."""


def by_address(queryset: QuerySet, term: str, path: str = "address_hash") -> QuerySet:
    """Rows of exactly this address: proofs hold a keyed hash of it, which has no beginning."""
    return queryset.filter(**{path: email_addresses.keyed_hash(term)})


@admin.register(Consent)
class ConsentAdmin(LongListAdmin):
    list_display = ["at", "kind", "subscriber", "page", "how", "issue"]
    list_filter = ["kind"]
    search_fields = ["address_hash"]
    search_help_text = _("A whole address")
    fields = ["subscriber", "kind", "text", "words", "asked", "at", "page", "how", "issue"]
    list_select_related = ["subscriber"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return by_address(queryset, search_term) if search_term else queryset, False

    @admin.display(description=_("asked"))
    def asked(self, consent: Consent) -> datetime | str | None:
        return _now("unknown") if consent.asked_is_unknown else consent.asked_at

    @admin.display(description=_("the words"))
    def words(self, consent: Consent) -> str | None:
        with speaking(consent.language):
            return str(consent.text.text_i18n) if consent.text else None


KEY = "newsletter-confirm:"  # of the mail, before the number of the confirmation
LOST = Q(status="failed") | Q(bounced_at__isnull=False)


def _undelivered() -> QuerySet:
    """The numbers of the confirmations whose mail did not arrive."""
    mails = OutgoingEmail.objects.filter(LOST, template="newsletter_confirm").order_by()
    return mails.values_list(Cast(Substr("key", len(KEY) + 1), BigIntegerField()))


class OutcomeFilter(admin.SimpleListFilter):
    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        return [
            ("open", _("waits")),
            ("confirmed", _("confirmed")),
            ("late", _("not confirmed in time")),
            ("failed", _("the mail did not arrive")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = {
            "open": Q(confirmed_at=None, ended_at=None, expires_at__gt=Now(), undelivered=False),
            "confirmed": Q(confirmed_at__isnull=False),
            "late": Q(confirmed_at=None, expires_at__lte=Now(), undelivered=False),
            # Asked of the mails: there are few that were lost, and many that were not.
            "failed": Q(confirmed_at=None, pk__in=_undelivered()),
        }
        outcome = self.value() or ""
        return queryset.filter(chosen[outcome]) if outcome in chosen else queryset


@admin.register(Confirmation)
class ConfirmationAdmin(LongListAdmin):
    """Who asked, and what became of it. The address is gone once it is confirmed or forgotten."""

    list_display = ["asked_at", "email", "outcome", "page", "expires_at", "confirmed_at"]
    list_filter = [OutcomeFilter]
    search_fields = ["address_hash"]
    search_help_text = _("A whole address")
    fields = [
        *("email", "outcome", "page", "network", "text"),
        *("asked_at", "expires_at", "confirmed_at", "ended_at", "mover"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Confirmation]:
        key = Concat(Value(KEY), Cast(OuterRef("pk"), CharField()))
        lost = OutgoingEmail.objects.filter(LOST, key=key)
        return super().get_queryset(request).annotate(undelivered=Exists(lost))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return by_address(queryset, search_term) if search_term else queryset, False

    @admin.display(description=_("outcome"))
    def outcome(self, found: Any) -> str:
        if found.confirmed_at:
            return _now("confirmed")
        if found.undelivered:
            return _now("the mail did not arrive")
        if found.ended_at:
            return _now("ended by leaving")
        return _now("waits") if found.is_open else _now("not confirmed in time")
