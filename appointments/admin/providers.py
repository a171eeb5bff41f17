"""Providers with their licenses, weekly hours and exceptions."""

from datetime import date, timedelta
from functools import partial
from itertools import combinations
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models, transaction
from django.db.models import Min, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_conflicts, schedule_rights, video_rooms
from appointments.admin.calendar_feed import new_calendar_address
from appointments.models import License, Provider, WeeklyHours
from appointments.scheduling import time_zones
from core.images import uploads
from core.people.form_fields import AddressField, NameField
from core.validation.primary_keys import parse_key

EXPIRES_SOON = timedelta(days=60)
PHOTO = 480  # pixels each way: three for each that a card shows


class ProviderForm(forms.ModelForm):
    class Meta:
        model = Provider
        fields = "__all__"  # noqa: DJ007  the admin's fieldsets choose
        # Django's own field would hand any kind of picture, of any size, to Pillow first.
        field_classes = {
            "photo": forms.FileField,
            "name": NameField,
            "video_room": partial(forms.URLField, assume_scheme="https"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "photo" in self.fields:
            self.fields["photo"].widget.attrs["accept"] = uploads.ACCEPTED
        if "video_room" in self.fields:
            self.fields["video_room"].help_text = _(
                "The address where patients join by video. Empty: they are told that we call them."
            )
        if "time_zone" in self.fields:
            kept = [self.instance.time_zone] if self.instance.time_zone else []
            choices = [(name, f"{words} ({name})") for name, words in time_zones.choices(*kept)]
            self.fields["time_zone"].widget = forms.Select(choices=[("", "–"), *choices])

    def clean_photo(self) -> Any:
        upload = self.cleaned_data.get("photo")
        if not upload or "photo" not in self.changed_data:
            return upload
        try:
            return uploads.prepare_upload(upload, square=PHOTO)
        except uploads.Refused as refused:
            raise forms.ValidationError(str(refused)) from refused


class LicenseInline(admin.TabularInline):
    model = License
    formfield_overrides = practice_time.FORMFIELD_OVERRIDES
    verbose_name = _("license")
    verbose_name_plural = _("licenses")
    extra = 0


class WeeklyHoursInline(admin.TabularInline):
    model = WeeklyHours
    formfield_overrides = practice_time.FORMFIELD_OVERRIDES
    extra = 0
    ordering = ["weekday", "opens"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(request, obj)


def _may_change(request: HttpRequest, provider: Provider | None) -> bool:
    return schedule_rights.may_change(request.user, provider.pk if provider else None)


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    form = ProviderForm
    formfield_overrides = {models.EmailField: {"form_class": AddressField}}
    list_display = ["__str__", "zone_words", "states", "next_expiry", "active"]
    list_filter = ["active", "services", "licenses__state"]
    search_fields = ["name", "credentials", "email"]
    name_fields = ["name"]
    actions = [new_calendar_address]
    inlines = [LicenseInline, WeeklyHoursInline]
    fieldsets = [
        (None, {"fields": ["name", "credentials", "slug", "active", "accepts_new"]}),
        (_("For patients"), {"fields": ["photo", "about", "languages"]}),
        (_("For staff"), {"fields": ["time_zone", "email", "video_room"]}),
        (_("Limits"), {"fields": ["daily_limit", "weekly_limit"]}),
    ]

    class Media:
        css = {"all": ["css/admin-appointments.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        today = practice_time.today()
        valid = Q(licenses__expires__gte=today)
        return (
            super()
            .get_queryset(request)
            .annotate(
                valid_states=ArrayAgg(
                    "licenses__state",
                    filter=valid,
                    distinct=True,
                    default=Value([]),
                ),
                first_expiry=Min("licenses__expires"),
                practice_today=Value(today),
            )
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow also whoever keeps the hours, on a provider's page; the rest there is to read."""
        keeps_hours = request.user.has_perm("appointments.change_weeklyhours")
        theirs = obj is None or _may_change(request, obj)
        return (keeps_hours and theirs) or self.has_edit_permission(request)

    def has_edit_permission(self, request: HttpRequest) -> bool:
        """Whether they may change the provider, and not only the hours."""
        return super().has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None or self.has_edit_permission(request):
            return []
        return [name for _title, options in self.fieldsets for name in options["fields"]]

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
        for one, other in overlapping(list(form.instance.weekly_hours.all())):
            text = _("These hours overlap, and count once: %(one)s and %(other)s.")
            self.message_user(request, text % {"one": one, "other": other}, messages.WARNING)
        video_rooms.warn(request, video_rooms.without_room().filter(pk=form.instance.pk))


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


def overlapping(rows: list[WeeklyHours]) -> list[tuple[WeeklyHours, WeeklyHours]]:
    """Return the pairs that are valid on some same day and share a time of it."""
    return [pair for pair in combinations(rows, 2) if _share_a_day(*pair) and _share_a_time(*pair)]


def _share_a_day(one: WeeklyHours, other: WeeklyHours) -> bool:
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    last = min(one.valid_to or date.max, other.valid_to or date.max)
    return one.weekday == other.weekday and first <= last


def _share_a_time(one: WeeklyHours, other: WeeklyHours) -> bool:
    return _open_before_end(one, other) and _open_before_end(other, one)


def _open_before_end(one: WeeklyHours, other: WeeklyHours) -> bool:
    # A closing time of midnight is the end of the day.
    return not other.closes.hour + other.closes.minute or one.opens < other.closes
