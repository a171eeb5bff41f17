"""How somebody wants to be written to and called."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments.models import Patient
from core.guard.limit_pages import over_limit_page
from portal import contact_preferences, records
from portal.preferences_form import PreferencesForm
from portal.requests import PortalRequest
from portal.views.record import record_required


@require_http_methods(["GET", "HEAD", "POST"])
@record_required
def preferences(request: PortalRequest, patient: Patient) -> HttpResponse:
    """Show what holds for a record, and let it be chosen anew."""
    now = contact_preferences.of(patient)
    initial = {"by_mail": now.by_mail, "contact": now.contact, "language": now.language}
    sent = request.POST if request.method == "POST" else None
    form = PreferencesForm(sent, initial=initial, patient=patient)
    page = f"{reverse('portal:preferences')}?who={patient.pk}"
    if form.is_bound and form.is_valid():
        refused = over_limit_page(request, "changes")
        if refused:
            return refused
        typed = form.cleaned_data
        contact_preferences.choose(
            patient,
            by_mail=typed.get("by_mail", False),
            contact=typed["contact"],
            language=typed["language"],
            by_text=form.by_text,
        )
        messages.success(request, _("That is how we reach you from now on."))
        return redirect(page)
    mine = records.managed(request.account)
    base = reverse("portal:preferences")
    context = {
        "form": form,
        "patient": patient,
        "others": [(f"{base}?who={other.pk}", other) for other in mine if other != patient],
    }
    return render(request, "portal/preferences.html", context)
