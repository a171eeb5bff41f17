"""Providers: who they are, their licenses and services, and what keeps patients from booking."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models, transaction
from django.db.models import Min, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import bookable, practice_time, schedule_conflicts
from appointments.admin.calendar_feed import new_calendar_address
from appointments.admin.provider_csv import RIGHTS as CSV_RIGHTS
from appointments.admin.provider_csv import export_view, import_view
from appointments.admin.provider_form import ProviderForm
from appointments.admin.week_editor import RIGHT, hours_view
from appointments.models import License, Provider
from appointments.public.kept_pages import drop_pages
from appointments.scheduling import time_zones
from core.languages.translations import in_each_language
from core.people.form_fields import AddressField
from core.staff.admin_urls import Page, admin_urls
from core.validation.primary_keys import parse_key

EXPIRES_SOON = timedelta(days=60)
PAGES: list[Page] = [
    ("<int:provider>/hours/", hours_view),
    ("import/", import_view),
    ("export/", export_view),
]


class LicenseInline(admin.TabularInline):
    model = License
    formfield_overrides = practice_time.FORMFIELD_OVERRIDES
    verbose_name = _("license")
    verbose_name_plural = _("licenses")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 2


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    form = ProviderForm
    formfield_overrides = {models.EmailField: {"form_class": AddressField}}
    list_display = ["__str__", "zone_words", "states", "next_expiry", "can_be_booked"]
    list_filter = ["active", "listed", "services", "licenses__state"]
    search_fields = ["name", "credentials", "email"]
    name_fields = ["name"]
    actions = [new_calendar_address]
    inlines = [LicenseInline]
    fieldsets = [
        (None, {"fields": ["name", "credentials", "services", "time_zone", "account"]}),
        (
            _("For patients"),
            {
                "fields": [
                    *("listed", "photo", *in_each_language("about")),
                    *(*in_each_language("biography"), "languages", "video_room", "slug"),
                ]
            },
        ),
        (_("For staff"), {"fields": ["email", "active", "accepts_new"]}),
        (_("Limits"), {"fields": ["daily_limit", "weekly_limit"]}),
    ]

    class Media:
        css = {"all": ["css/admin-appointments.css", "css/admin-hours.css"]}

    def get_urls(self) -> list[Any]:
        return [*admin_urls(self, PAGES), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        ours = {"may_use_csv": request.user.has_perms(CSV_RIGHTS)}
        return super().changelist_view(request, ours | (extra_context or {}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        today = practice_time.today()
        valid = Q(licenses__expires__gte=today)
        return bookable.with_gaps(super().get_queryset(request), today).annotate(
            valid_states=ArrayAgg(
                "licenses__state",
                filter=valid,
                distinct=True,
                default=Value([]),
            ),
            first_expiry=Min("licenses__expires"),
            practice_today=Value(today),
        )

    @admin.display(description=_("time zone"), ordering="time_zone")
    def zone_words(self, provider: Provider) -> str:
        return time_zones.words(provider.time_zone)

    @admin.display(description=_("licensed in"), empty_value="–")
    def states(self, provider: Any) -> str:
        return ", ".join(sorted(provider.valid_states))

    @admin.display(description=_("next license expires"), ordering="first_expiry", empty_value="–")
    def next_expiry(self, provider: Any) -> str | None:
        return provider.first_expiry and expiry_words(
            provider.first_expiry, provider.practice_today
        )

    @admin.display(description=_("can be booked"))
    def can_be_booked(self, provider: Any) -> str:
        missing = ", ".join(bookable.gaps(provider))
        return _now("no: %(missing)s") % {"missing": missing} if missing else _now("yes")

    @admin.display(description=_("services"), empty_value="–")
    def offers(self, provider: Provider) -> str:
        return ", ".join(service.name for service in provider.services.all())

    def has_edit_permission(self, request: HttpRequest) -> bool:
        """Whether they may change the provider: for actions."""
        return self.has_change_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return [
            (
                title,
                {"fields": ["offers" if name == "services" else name for name in each["fields"]]},
            )
            for title, each in self.fieldsets
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            # As it is saved: `obj` holds what was typed, which may make no sense.
            saved = Provider.objects.get(pk=obj.pk)
            context["checklist"] = list(bookable.checklist(saved))
            context["is_bookable"] = all(item.done for item in context["checklist"] if item.needed)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(
        self, request: HttpRequest, obj: Provider, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead on to the hours, without which nobody can book."""
        response = super().response_add(request, obj, post_url_continue)
        goes_on = {"_addanother", "_continue", "_popup"} & {*request.POST}
        if goes_on or not request.user.has_perm(RIGHT):
            return response
        return redirect("admin:appointments_provider_hours", obj.pk)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict:
        return {"slug": ["name"]} if obj is None else {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        view = super().changeform_view

        def save() -> HttpResponse:
            return view(request, object_id, form_url, extra_context)

        provider = parse_key(object_id)
        if not provider:
            return save()  # a new provider has no visits
        return self.show_conflicts_first(request, save, provider=provider)

    def show_conflicts_first(
        self, request: HttpRequest, save: Callable[[], HttpResponse], provider: int | None = None
    ) -> HttpResponse:
        """Return what `save` answers, or the visits that it would disturb: for our pages too."""
        return schedule_conflicts.before_saving(self, request, save, provider=provider)

    def save_model(
        self, request: HttpRequest, obj: Provider, form: forms.ModelForm, change: bool
    ) -> None:
        """Save it; a photo that was replaced or taken away leaves no file behind."""
        super().save_model(request, obj, form, change)
        was = form.initial.get("photo")
        if was and "photo" in form.changed_data:
            transaction.on_commit(lambda: was.storage.delete(was.name))

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.services.set(form.cleaned_data["services"])
        drop_pages()


def expiry_words(expires: date, today: date) -> str:
    """Return "Dec 5, 2026", with a word when that is near or past."""
    left = (expires - today).days
    if left < 0:
        return _now("%(day)s: has expired") % {"day": practice_time.format_date(expires)}
    if expires - today <= EXPIRES_SOON:
        return _now("%(day)s: in %(left)d days") % {
            "day": practice_time.format_date(expires),
            "left": left,
        }
    return practice_time.format_date(expires)
