"""The form of a provider: who it is, what patients read, which services, whose account."""

from functools import partial
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from appointments.models import Provider, Service
from appointments.scheduling import time_zones
from core.images import uploads
from core.people.form_fields import NameField
from core.practice.models import Practice

PHOTO = 480  # pixels each way: three for each that a card shows


class ProviderForm(forms.ModelForm):
    services: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=_("Services"),
        queryset=Service.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What patients can book with this provider."),
    )

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
        if "time_zone" not in self.fields:
            return  # to be read only
        self.fields["photo"].widget.attrs["accept"] = uploads.ACCEPTED
        self.fields["video_room"].help_text = _(
            "Empty: visits by video take place here, in the browser. An address of another "
            "service: patients get a button that leads there."
        )
        self._offer_time_zones()
        self._offer_accounts()
        if self.instance.pk:
            self.initial["services"] = list(self.instance.services.all())
        else:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Empty: made of the name.")

    def _offer_time_zones(self) -> None:
        ours = Practice.current().time_zone
        kept = self.instance.time_zone or ours
        choices = [(name, f"{words} ({name})") for name, words in time_zones.choices(kept)]
        self.fields["time_zone"].widget = forms.Select(choices=[("", "–"), *choices])
        self.fields["time_zone"].help_text = _("Hours and time off are on this clock.")
        if not self.instance.pk:
            self.initial.setdefault("time_zone", ours)

    def _offer_accounts(self) -> None:
        staff = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
        free = staff.filter(Q(provider=None) | Q(provider=self.instance.pk))
        if self.instance.account_id:
            own = get_user_model()._default_manager.filter(pk=self.instance.account_id)
            free = (free | own).distinct()
        self.fields["account"] = forms.ModelChoiceField(
            free.order_by("name", "email"),
            label=_("Staff account"),
            required=False,
            help_text=self._meta.model._meta.get_field("account").help_text,
        )

    def clean_photo(self) -> Any:
        upload = self.cleaned_data.get("photo")
        if not upload or "photo" not in self.changed_data:
            return upload
        try:
            return uploads.prepare_upload(upload, square=PHOTO)
        except uploads.Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    def clean_slug(self) -> str:
        """Return the address that was typed; for a new provider else one made of the name."""
        return self.cleaned_data["slug"] or free_slug(self.cleaned_data.get("name", ""))


def free_slug(name: str) -> str:
    """Return "robin-vale", or "robin-vale-2" where that is taken."""
    stem = slugify(name)[:40] or "provider"
    taken = set(Provider.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
