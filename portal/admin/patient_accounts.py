"""The accounts that see a patient's record: there are some, and they can be ended.

Nobody here enters as the patient, reads a code, or learns the whole of what an account has proved.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import patient_page
from appointments.models import Patient
from core.database import database_time
from core.staff.audit import disclosures, trail
from core.validation.primary_keys import parse_key
from portal import people
from portal.models import AccountPatient, PatientAccount
from portal.sign_in import sessions

TEMPLATE = "admin/portal/accounts.html"
VIEW, CHANGE = "appointments.view_patient", "appointments.change_patient"


@patient_page.register_link
def link_of_patient(request: HttpRequest, patient: Patient) -> tuple[str, Any]:
    """Return the link on the patient's page."""
    return reverse("admin:patient_accounts", args=[patient.pk]), _("Their own place")


@admin.site.register_page("patient-accounts/<int:pk>/")  # type: ignore[attr-defined]  # our site: core.staff
def patient_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which accounts see this record; a POST ends one, its devices, or what it sees."""
    patient = _patient(request, pk)
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        return _step(request, patient)
    context = admin.site.each_context(request) | {
        "title": _("Their own place: %s") % patient,
        "opts": Patient._meta,
        "patient": patient,
        "links": list(_links(patient)),
        "may_change": request.user.has_perm(CHANGE),
    }
    return disclosures.declare(TemplateResponse(request, TEMPLATE, context), [patient])


def _patient(request: HttpRequest, pk: int) -> Patient:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    seen = Patient.objects.kept().visible_to(request.user)
    patient = seen.filter(pk=parse_key(pk)).first()
    if patient is None:
        raise Http404("No such record")
    return patient


def _links(patient: Patient) -> Any:
    links = AccountPatient.objects.filter(patient__in=Patient.objects.whole_record(patient))
    shown = links.filter(account__ended_at=None).select_related("account")
    return shown.prefetch_related("account__points", "account__devices").order_by("pk")


@transaction.atomic
def _step(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Do what the button says, and write it into the trail."""
    by, step = str(request.user), request.POST.get("step", "")
    if step == "guardian":
        _add_guarded(request, patient)
    else:
        link = _links(patient).filter(pk=parse_key(request.POST.get("link"))).first()
        if link is None or step not in STEPS:
            raise Http404("No such account")
        STEPS[step](link, by)
        messages.success(request, _("Done."))
    trail.record(
        request, f"act:account {step}"[:80], model="appointments.patient", object_pks=[patient.pk]
    )
    return disclosures.declare_none(redirect("admin:patient_accounts", patient.pk))


def _add_guarded(request: HttpRequest, patient: Patient) -> None:
    """Let the account of a legal guardian see this record. The papers were looked at."""
    record = parse_key(request.POST.get("record", "").strip())
    guardians = [
        account
        for account in PatientAccount.objects.filter(links__patient=record, ended_at=None)
        if account.own_record is not None and account.own_record.pk == record
    ]
    if not guardians or record == patient.pk:
        text = _("Nobody with that record has an account: they sign in once, then you add them.")
        messages.error(request, text)
        return
    for account in guardians:
        people.add_ward(account, patient)
    messages.success(request, _("They see this record now."))


def _sign_out(link: AccountPatient, by: str) -> None:
    sessions.end_all(link.account)


def _end_access(link: AccountPatient, by: str) -> None:
    people.end(link, by=by)


def _end_account(link: AccountPatient, by: str) -> None:
    sessions.end_all(link.account)
    PatientAccount.objects.filter(pk=link.account_id).update(
        ended_at=database_time.now(), ended_by=by[:100]
    )


STEPS = {"sign-out": _sign_out, "end-access": _end_access, "end-account": _end_account}
