"""What patients agree to, and the proofs that they did. Nothing here is changed or deleted."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.admin.text_versions import PatientTextAdmin
from appointments.models import Consent, ConsentText
from core.languages.speaking import speaking
from core.people import email_addresses
from core.staff.read_only_admin import ReadOnlyAdmin


@admin.register(ConsentText)
class ConsentTextAdmin(PatientTextAdmin):
    """What patients agree to when they book."""

    advice = _(
        "Patients agree to the newest version of each kind. Earlier ones stay, word for word, with "
        "everyone who agreed to them."
    )
    list_display = ["kind", "version", "since", "text"]


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["when", "text", "visit", "page"]
    list_filter = ["text"]
    list_select_related = ["text", "appointment"]
    fields = ["when", "text", "words", "visit", "page", "address_hash"]
    readonly_fields = ["when", "text", "words", "visit", "page", "address_hash"]
    search_fields = ["address_hash"]
    search_help_text = _("The whole e-mail address of whoever agreed.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        return practice_time.with_practice_zone(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if search_term:
            queryset = queryset.filter(address_hash=email_addresses.keyed_hash(search_term))
        return queryset, False

    @admin.display(description=_("given"), ordering="given")
    def when(self, consent: Consent) -> str:
        return practice_time.format_datetime(consent.given, practice_time.zone_of(consent))

    @admin.display(description=_("words"))
    def words(self, consent: Consent) -> str:
        with speaking(consent.language):
            return str(consent.text.text_i18n)

    @admin.display(description=_("visit"))
    def visit(self, consent: Consent) -> SafeString:
        url = reverse("admin:appointments_appointment_change", args=[consent.appointment_id])
        when = practice_time.format_datetime(
            consent.appointment.starts_at, practice_time.zone_of(consent)
        )
        return format_html('<a href="{}">{}</a>', url, when)
