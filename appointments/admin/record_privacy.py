"""A record is erased or restricted by two people: one asks here, another confirms here."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.models import Patient, PrivacyRequest
from appointments.patient_records import erasure, privacy_requests
from core.database import database_time
from core.staff.audit import disclosures, trail
from core.staff.models import User
from core.validation.primary_keys import parse_key

Kind = PrivacyRequest.Kind
TEMPLATE = "admin/appointments/privacy.html"
ASK, CONFIRM = "appointments.request_erasure_patient", privacy_requests.CONFIRM
ALONE = _("As nobody else here can confirm it, you can in a week. An e-mail says so.")
MEANWHILE = _("Somebody decided that meanwhile. This is how it stands now.")
DONE = {
    Kind.ERASE: _("It is erased, apart from what the law has you keep."),
    Kind.RESTRICT: _("The record is restricted."),
    Kind.LIFT: _("The restriction is lifted."),
}


class AskForm(forms.Form):
    """What shall be done with a record, and why."""

    kind = forms.ChoiceField(label=_("What shall be done?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why, and how do you know that it is the patient who wants it?"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For the colleague who confirms it. It goes when the record is erased."),
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {Kind.LIFT, Kind.ERASE} if patient.is_restricted else {Kind.RESTRICT, Kind.ERASE}
        kinds = [(kind.value, kind.label) for kind in Kind if kind in there]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # of a ChoiceField


def privacy_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what an erasure would do, and ask for it; or take back what was asked for."""
    may_ask, may_confirm = request.user.has_perm(ASK), request.user.has_perm(CONFIRM)
    if not (may_ask or (may_confirm and request.method != "POST")):
        raise PermissionDenied
    patient = _patient_or_404(admin, request, object_id)
    form = AskForm(request.POST if request.method == "POST" else None, patient=patient)
    if request.method == "POST" and request.POST.get("step") == "withdraw":
        _withdraw(request, patient)
        return _back(patient)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                privacy_requests.ask(
                    patient, said["kind"], reason=said["reason"], by=_user(request)
                )
                _note(request, f"asked to {said['kind']}", patient)
        except privacy_requests.AlreadyAsked:
            messages.error(request, _("Something was asked for already, and waits."))
        else:
            alone = privacy_requests.decides_alone(_user(request))
            messages.success(request, ALONE if alone else _("It waits for a colleague."))
        return _back(patient)
    return _page(admin, request, patient, form)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin lets nobody in who is not signed in


def _withdraw(request: HttpRequest, patient: Patient) -> None:
    asked = PrivacyRequest.objects.open_for(patient)
    try:
        if asked is None:
            raise privacy_requests.NotOpen
        with transaction.atomic():
            privacy_requests.withdraw(asked, by=_user(request))
            _note(request, f"took back to {asked.kind}", patient)
    except privacy_requests.NotOpen:
        messages.error(request, MEANWHILE)
    else:
        messages.success(request, _("It is taken back. Nothing was done."))


def privacy_decision_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Confirm or refuse what a colleague has asked for, which the form names by its number."""
    if not request.user.has_perm(CONFIRM):
        raise PermissionDenied
    patient = _patient_or_404(admin, request, object_id)
    if request.method != "POST":
        return disclosures.declare_none(_back(patient))
    asked = PrivacyRequest.objects.open_for(patient)
    if asked is None or asked.pk != parse_key(request.POST.get("request")):
        messages.error(request, MEANWHILE)
        return disclosures.declare_none(_back(patient))
    refused = request.POST.get("step") == "refuse"
    try:
        with transaction.atomic():
            (privacy_requests.refuse if refused else privacy_requests.confirm)(
                asked, by=_user(request)
            )
            verb = "refused to" if refused else "confirmed to"
            _note(request, f"{verb} {asked.kind}", patient)
    except privacy_requests.SamePerson:
        messages.error(request, _("Who asked for it cannot decide it yet, or a colleague has to."))
    except privacy_requests.NotOpen:
        messages.error(request, MEANWHILE)
    except erasure.VisitsAhead:
        messages.error(request, _("There are visits ahead. Cancel them first: nothing was erased."))
    else:
        messages.success(request, _("Nothing was done.") if refused else DONE[Kind(asked.kind)])
    return disclosures.declare_none(_back(patient))


def _back(patient: Patient) -> HttpResponse:
    """Lead to the record, or to the list where it is gone."""
    if Patient.objects.filter(pk=patient.pk).exists():
        return redirect("admin:appointments_patient_privacy", patient.pk)
    return redirect("admin:appointments_patient_changelist")


def _note(request: HttpRequest, what: str, patient: Patient) -> None:
    trail.record(request, what, model=Patient._meta.label_lower, object_pks=[patient.pk])


def _patient_or_404(admin: Any, request: HttpRequest, object_id: str) -> Patient:
    patient = admin.get_queryset(request).filter(pk=parse_key(object_id)).first()
    if patient is None:
        raise Http404("No such patient")
    return patient


def _page(admin: Any, request: HttpRequest, patient: Patient, form: AskForm) -> HttpResponse:
    zone = practice_time.zone()
    plan, asked = erasure.plan(patient), PrivacyRequest.objects.open_for(patient)
    own = asked is not None and asked.asked_by_pk == request.user.pk
    alone = privacy_requests.decides_alone(_user(request))
    waits_until = privacy_requests.may_decide_from(asked) if asked and own and alone else None
    past = patient.requests.exclude(status="asked")[:20]
    context = admin.admin_site.each_context(request) | {
        "title": _("Erase or restrict"),
        "opts": Patient._meta,
        "media": admin.media,
        "patient": patient,
        "form": form,
        "plan": plan,
        "kept_until": plan.kept_until and practice_time.format_datetime(plan.kept_until, zone),
        "years": settings.PATIENT_RECORD_YEARS,
        "asked": asked,
        "asked_when": asked and practice_time.format_datetime(asked.asked_at, zone),
        "own": own and (waits_until is None or database_time.now() < waits_until),
        "alone": alone,
        "waits_until": waits_until and practice_time.format_datetime(waits_until, zone),
        "may_ask": request.user.has_perm(ASK),
        "may_confirm": request.user.has_perm(CONFIRM),
        "past": [
            (each, practice_time.format_datetime(each.decided_at, zone))
            for each in past
            if each.decided_at
        ],
    }
    return disclosures.declare(TemplateResponse(request, TEMPLATE, context), [patient])
