"""The forms before a visit, once it is proved whose it is: what is asked, each form, signing."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.links import Purpose, VisitLink
from appointments.models import Status
from appointments.views.appointment import visit_link_required
from core.database import database_time
from core.guard.limit_pages import over_limit_page
from core.languages.speaking import name_of
from visits.intake import answers, plans, signatures
from visits.intake.answers import IntakeClosed
from visits.intake.form_names import CONSENTS, FORMS
from visits.intake.forms import FORM_CLASSES, ScreenerForm
from visits.intake.screeners import PHQ_9
from visits.intake.sign_form import SignForm
from visits.intake.signatures import NotInForce, TextChanged
from visits.models.consents import ConsentDocument, ConsentSignature

LIMIT = "answers"


@require_safe
@visit_link_required(Purpose.VISIT)
def forms(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Return what the visit asks before it begins, and how far it is."""
    appointment = link.appointment
    steps = plans.steps(appointment) if link.acts_for_patient else []
    context = _context(link) | {
        "steps": steps,
        "left": sum(not step.is_done for step in steps),
        "next": plans.next_after(steps, ""),
        "signed": _signed(link) if link.acts_for_patient else [],
        "opens_at": plans.opens_at(appointment).astimezone(appointment.patient_zone),
        "is_early": database_time.now() < plans.opens_at(appointment),
        "takes_place": appointment.status in (Status.BOOKED, Status.CHECKED_IN),
    }
    return render(request, "visits/forms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@visit_link_required(Purpose.VISIT)
def form(request: HttpRequest, link: VisitLink, slug: str) -> HttpResponse:
    """Return one form, as far as it is filled in; a POST keeps it, and sends it off when whole.

    The answer to a POST is always another page: what was typed stands in no address and no cache.
    """
    if slug in CONSENTS:
        return _sign(request, link, slug)
    if not _is_asked(link, slug):
        return redirect(link.page("visits:forms"))
    if request.method != "POST":
        is_safety_page = slug == PHQ_9.slug and "now" in request.GET
        return _safety_page(request, link) if is_safety_page else _form_page(request, link, slug)
    refused = over_limit_page(request, LIMIT)
    if refused:
        return refused
    try:
        return redirect(_take(request, link, slug))
    except IntakeClosed:
        return redirect(link.page("visits:forms"))


@require_POST
@visit_link_required(Purpose.VISIT)
def form_save(request: HttpRequest, link: VisitLink, slug: str) -> HttpResponse:
    """Keep what is typed so far, and return the line that says so."""
    if slug in CONSENTS or not _is_asked(link, slug):
        return render(request, "visits/_saved.html", {"at": None}, status=409)
    refused = over_limit_page(request, LIMIT)
    if refused:
        return refused
    try:
        saved = answers.save(link.appointment, slug, request.POST.dict())
    except IntakeClosed:
        return render(request, "visits/_saved.html", {"at": None}, status=409)
    at = saved.saved_at.astimezone(link.appointment.patient_zone)
    return render(request, "visits/_saved.html", {"at": at})


@require_POST
@visit_link_required(Purpose.VISIT)
def form_revoke(request: HttpRequest, link: VisitLink, slug: str) -> HttpResponse:
    """Take back what was signed. That is possible as long as the link holds."""
    standing = signatures.in_force(link.appointment, slug) if link.acts_for_patient else None
    refused = over_limit_page(request, LIMIT)
    if refused:
        return refused
    if standing:
        with suppress(NotInForce):  # two clicks: the first has done it
            signatures.revoke(standing, page="visits:form_revoke")
    return redirect(_address("forms", link) + "?just=revoked")


def _is_asked(link: VisitLink, slug: str) -> bool:
    """Return whether this form can be filled in now; 404 for what is no form."""
    if slug not in FORMS:
        raise Http404("No such form")
    if not link.acts_for_patient or not plans.is_open(link.appointment):
        return False
    return slug in (step.form for step in plans.steps(link.appointment))


def _take(request: HttpRequest, link: VisitLink, slug: str) -> str:
    """Keep what was sent; return where to go on."""
    sent, here = request.POST.dict(), _address("form", link, slug)
    if "skip" in request.POST:
        answers.save(link.appointment, slug, sent)
    else:
        checked = answers.submit(link.appointment, slug, sent)
        if not checked.is_valid():
            return here + "?check=1"
    kept = answers.find(link.appointment, slug)
    if kept and answers.asks_for_help(kept):
        return here + "?now=1"
    return _next(link, slug)


def _next(link: VisitLink, slug: str) -> str:
    """Return the address of the next form that is not done; the list where none is left."""
    following = plans.next_after(plans.steps(link.appointment), slug)
    return _address("form", link, following) if following else _address("forms", link)


def _form_page(request: HttpRequest, link: VisitLink, slug: str) -> HttpResponse:
    kept = answers.find(link.appointment, slug)
    kind = FORM_CLASSES[slug]
    if kept and "check" in request.GET:
        shown = kind(kept.answers)
    else:
        initial = kept.answers if kept else answers.beginning(link.appointment, slug)
        shown = kind(initial=initial)
    context = (
        _context(link)
        | _progress(link, slug)
        | {
            "form": shown,
            "name": FORMS[slug],
            "slug": slug,
            "stem": shown.stem if isinstance(shown, ScreenerForm) else "",
            "asks_about_death": slug == PHQ_9.slug,
            "is_prefilled": not kept and bool(shown.initial),
            "save_url": _address("form_save", link, slug),
        }
    )
    return render(request, "visits/form.html", context)


def _safety_page(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Return whom to call now, before anything else goes on."""
    context = _context(link) | {"go_on": _next(link, PHQ_9.slug)}
    return render(request, "visits/safety.html", context)


def _sign(request: HttpRequest, link: VisitLink, kind: str) -> HttpResponse:
    """Return a text to sign, or as it was signed; a POST signs it."""
    if not link.acts_for_patient:
        return redirect(link.page("visits:forms"))
    standing = signatures.in_force(link.appointment, kind)
    document = ConsentDocument.current(kind)
    if standing and (standing.document_id == getattr(document, "pk", None)):
        return _signed_page(request, link, standing)
    if document is None or not _is_asked(link, kind):
        if standing:
            return _signed_page(request, link, standing)
        return redirect(link.page("visits:forms"))
    sign_form = SignForm(request.POST or None, document=document)
    if request.method == "POST":
        refused = over_limit_page(request, LIMIT)
        if refused:
            return refused
        if sign_form.is_valid():
            try:
                signatures.sign(
                    link.appointment,
                    document,
                    name=sign_form.cleaned_data["name"],
                    signer=sign_form.cleaned_data["signer"],
                    page="visits:form",
                )
            except (IntakeClosed, TextChanged):
                return redirect(_address("form", link, kind))
            return redirect(_next(link, kind))
    context = (
        _context(link)
        | _progress(link, kind)
        | {
            "name": FORMS[kind],
            "form": sign_form,
            "parts": _parts(signatures.filled_in(document, link.appointment)),
        }
    )
    return render(request, "visits/sign.html", context)


def _signed_page(
    request: HttpRequest, link: VisitLink, signature: ConsentSignature
) -> HttpResponse:
    kind = signature.document.kind
    copy = getattr(signature, "copy", None)
    context = _context(link) | {
        "name": FORMS[kind],
        "signature": signature,
        "copy": copy,
        "parts": _parts(copy.text) if copy else [],
        "language": name_of(signature.language),
        "signed_at": signature.signed_at.astimezone(link.appointment.patient_zone),
        "revoke_url": _address("form_revoke", link, kind),
        "back": _address("forms", link),
    }
    return render(request, "visits/signed.html", context)


def _signed(link: VisitLink) -> list[tuple[Any, str]]:
    """Return name and address of what the patient has signed and not taken back."""
    standing = plans.signatures_of(link.appointment).in_force()
    kinds = set(standing.values_list("document__kind", flat=True))
    return [
        (name, _address("form", link, kind)) for kind, name in CONSENTS.items() if kind in kinds
    ]


def _parts(text: str) -> list[tuple[bool, str]]:
    """Return headings and paragraphs of a text, each with whether it is a heading."""
    parts = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
    return [(part.startswith("# "), part.removeprefix("# ")) for part in parts if part]


def _progress(link: VisitLink, slug: str) -> dict[str, Any]:
    names = [step.form for step in plans.steps(link.appointment)]
    return {"number": names.index(slug) + 1 if slug in names else 0, "of": len(names)}


def _context(link: VisitLink) -> dict[str, Any]:
    return {
        "appointment": link.appointment,
        "link": link,
        "is_open": plans.is_open(link.appointment),
    }


def _address(name: str, link: VisitLink, *rest: str) -> str:
    return link.page(f"visits:{name}", *rest)
