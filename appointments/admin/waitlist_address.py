"""Putting right the e-mail address of a waitlist entry."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.models import WaitlistEntry
from appointments.waitlist import corrections
from appointments.waitlist.corrections import AlreadyWaits
from core.people.form_fields import AddressField
from core.staff.audit import disclosures

PAGE = "admin/appointments/waitlist_address.html"


class EntryAddressForm(forms.Form):
    """The right address, for the entry as it was on the page."""

    email = AddressField(
        label=_("E-mail"), help_text=_("The old link ends. This address gets a new one.")
    )
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, entry: WaitlistEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        self.initial = {"email": entry.email, "was": entry.email}

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("was") != self.entry.email:
            text = _now("Somebody has changed the address meanwhile, to %(email)s.")
            self.add_error("email", text % {"email": self.entry.email})
        return cleaned


def address_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show the form; a POST corrects the address of an entry that waits or is asked about."""
    if not request.user.has_perm("appointments.change_waitlistentry"):
        raise PermissionDenied
    entry = admin.get_object(request, unquote(object_id))
    if entry is None or not can_correct(entry):
        raise Http404("No such waitlist entry")
    form = EntryAddressForm(request.POST or None, entry=entry)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            corrections.correct_address(entry, form.cleaned_data["email"])
        except AlreadyWaits:
            status = 409
            form.add_error("email", _("This person waits for the same with that address already."))
        else:
            admin.log_change(request, entry, _now("E-mail address corrected"))
            messages.success(request, _("The address is corrected. An e-mail brings the new link."))
            return redirect("admin:appointments_waitlistentry_change", entry.pk)
    context = admin.admin_site.each_context(request) | {
        "title": _("Correct the e-mail address"),
        "opts": WaitlistEntry._meta,
        "entry": entry,
        "form": form,
    }
    return disclosures.declare(TemplateResponse(request, PAGE, context, status=status), [entry])


def can_correct(entry: WaitlistEntry) -> bool:
    """Whether the entry has become no visit and is not over."""
    return entry.is_waiting or entry.is_asked
