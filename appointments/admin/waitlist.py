"""The waitlist: to see, to take entries off it, and to put an address right.

Whoever calls is added, and offered a time, by `waitlist_by_hand`. Nobody edits an entry otherwise.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import patient_search, practice_time
from appointments.admin.appointment_list import ChoiceFilter
from appointments.admin.waitlist_address import address_view, can_correct
from appointments.admin.waitlist_by_hand import add_caller_view, offer_view, suits_view
from appointments.calls import phone_notes
from appointments.models import EntryStatus, WaitlistEntry
from appointments.models.appointment_status import SEES_RESTRICTED
from appointments.scheduling import time_zones
from appointments.scheduling.states import STATES
from appointments.waitlist import entries
from core.database import database_time
from core.languages.speaking import name_of
from core.people import phone_numbers
from core.people.name_matching import Plain
from core.staff.admin_urls import Page, admin_urls

PAGES: list[Page] = [
    ("caller/", add_caller_view),
    ("suits/", suits_view),
    ("<path:object_id>/offer/", offer_view),
    ("<path:object_id>/address/", address_view),
]


class StatusFilter(ChoiceFilter):
    title = _("status")
    parameter_name = "status"
    default_title = _("Waiting")

    def default(self, request: HttpRequest) -> str:
        return request.GET.get(self.parameter_name, "")

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        others = [choice for choice in EntryStatus.choices if choice[0] != EntryStatus.WAITING]
        return [*others, ("any", _("Any"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.chosen == "any":
            return queryset
        chosen = self.chosen if self.chosen in EntryStatus.values else EntryStatus.WAITING
        return queryset.filter(status=chosen)


class StateFilter(admin.SimpleListFilter):
    """States in which somebody waits, or has waited."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        codes = model_admin.model.objects.order_by().values_list("state", flat=True).distinct()
        return sorted((code, STATES[code].name) for code in codes)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(admin.ModelAdmin):
    change_form_template = "admin/appointments/waitlist_entry.html"
    list_display = [
        *("joined", "who", "call", "service", "state", "with_whom", "preferences", "asked"),
    ]
    list_display_links = ["joined", "who"]
    list_filter = [
        StatusFilter,
        "service",
        StateFilter,
        ("provider", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["service", "provider"]
    list_per_page = 50
    empty_value_display = "–"
    ordering = ["created", "pk"]
    search_fields = ["search_name"]  # see patient_search.PLACE
    search_help_text = patient_search.SEARCH_HELP
    actions = ["remove_chosen"]
    fieldsets = [
        (None, {"fields": ["status", "joined", "ends", "visit", "offers"]}),
        (
            _("Waits for"),
            {"fields": ["kind", "state", "with_whom", "days", "clocks", "zone_words", "sooner"]},
        ),
        (
            _("Patient"),
            {
                "fields": [
                    "who",
                    "birth_date",
                    "email",
                    "call",
                    "speaks",
                    "contact",
                    "booked_for",
                    "booked_by",
                ]
            },
        ),
    ]

    # ── who may ──

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who may change entries takes them off by the action: none has a form to save.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    # ── what is seen ──

    @admin.display(description=_("service"))
    def kind(self, entry: WaitlistEntry) -> str:
        """Return the service's name, without the link that not everybody may open."""
        return entry.service.name

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        places = super().get_queryset(request).prefetch_related("offers__provider")
        if not request.user.has_perm(SEES_RESTRICTED):
            places = places.unrestricted()  # type: ignore[attr-defined]  # our queryset
        return practice_time.with_practice_zone(places)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        called = queryset.alias(caller=Plain("booked_by"))
        return called.filter(patient_search.PLACE.matching(search_term)), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    @admin.display(description=_("joined"), ordering="created")
    def joined(self, entry: WaitlistEntry) -> str:
        return practice_time.format_short_datetime(entry.created, practice_time.zone_of(entry))

    @admin.display(description=_("waits until"))
    def ends(self, entry: WaitlistEntry) -> str:
        return practice_time.format_date(entry.until.astimezone(practice_time.zone()))

    @admin.display(description=_("patient"), ordering="last_name")
    def who(self, entry: WaitlistEntry) -> str:
        return str(entry)

    @admin.display(description=_("provider"), ordering="provider__name")
    def with_whom(self, entry: WaitlistEntry) -> str:
        return entry.provider.name if entry.provider else _now("Anyone")

    @admin.display(description=_("times that suit"))
    def preferences(self, entry: WaitlistEntry) -> str:
        said = [entry.weekday_words, entry.part_words]
        return "; ".join(words for words in said if words) or _now("Any")

    @admin.display(description=_("days"))
    def days(self, entry: WaitlistEntry) -> str:
        return entry.weekday_words or _now("Any")

    @admin.display(description=_("times of day"))
    def clocks(self, entry: WaitlistEntry) -> str:
        return entry.part_words or _now("Any")

    @admin.display(description=_("on the clock of"))
    def zone_words(self, entry: WaitlistEntry) -> str:
        return time_zones.words(entry.zone)

    @admin.display(description=_("sooner than"))
    def sooner(self, entry: WaitlistEntry) -> str | None:
        when = entry.sooner_than
        return practice_time.format_datetime_and_zone(when, entry.zone) if when else None

    @admin.display(description=_("phone"))
    def call(self, entry: WaitlistEntry) -> str:
        return phone_notes.with_note(phone_numbers.as_link(entry.phone), entry.contact)

    @admin.display(description=_("writes and reads"))
    def speaks(self, entry: WaitlistEntry) -> str:
        return name_of(entry.language)

    @admin.display(description=_("offers"))
    def asked(self, entry: WaitlistEntry) -> int:
        return len(entry.offers.all())

    @admin.display(description=_("offers"))
    def offers(self, entry: WaitlistEntry) -> SafeString | None:
        rows = [
            (
                practice_time.format_datetime(offer.starts_at, practice_time.zone_of(entry)),
                offer.provider.name,
                offer.get_status_display(),
            )
            for offer in entry.offers.all()
        ]
        return format_html_join("", "<div>{}, {}: {}</div>", rows) or None

    @admin.display(description=_("visit"))
    def visit(self, entry: WaitlistEntry) -> SafeString | None:
        if entry.appointment is None:
            return None
        url = reverse("admin:appointments_appointment_change", args=[entry.appointment_id])
        when = practice_time.format_datetime(
            entry.appointment.starts_at, practice_time.zone_of(entry)
        )
        return format_html('<a href="{}">{}</a>', url, when)

    # ── what can be done ──

    def get_urls(self) -> list[URLPattern]:
        return [
            *admin_urls(self, PAGES),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        entry = self.get_object(request, unquote(object_id))
        may = entry is not None and can_correct(entry) and self.has_act_permission(request)
        waits = entry is not None and entry.is_waiting and self.has_act_permission(request)
        more = {
            "can_correct": may,
            "can_offer": waits,
            "has_offer": entry is not None
            and waits
            and entry.offers.open(database_time.now()).exists(),
        } | (extra_context or {})
        return super().change_view(request, object_id, form_url, more)

    @admin.action(description=_("Take off the waitlist, without an e-mail"), permissions=["act"])
    def remove_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        removed = 0
        for entry in queryset:
            if entries.remove(entry):
                removed += 1
                self.log_change(request, entry, _now("Taken off the waitlist."))
            else:
                text = _("%(who)s was not waiting any more.") % {"who": entry}
                self.message_user(request, text, messages.WARNING)
        if removed:
            text = ngettext(
                "%d place on the waitlist is closed.",
                "%d places on the waitlist are closed.",
                removed,
            )
            self.message_user(request, text % removed, messages.SUCCESS)
