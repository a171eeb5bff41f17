"""How somebody signs in: their devices, passkeys, addresses and numbers, and the end of each."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.validation.primary_keys import parse_key
from portal import contact_points, notices
from portal.access import account_required, fresh_sign_in_required
from portal.forms import CodeForm, EmailForm, PasskeyForm, PhoneForm
from portal.requests import PortalRequest
from portal.sign_in import codes, passkeys, sessions
from portal.views.door import send_code


@require_safe
@account_required
def devices(request: PortalRequest) -> HttpResponse:
    """Return all of them."""
    account = request.account
    context = {
        "devices": account.devices.known().order_by("-seen_at"),
        "this": account.device,
        "passkeys": passkeys.of(account),
        "points": account.proved,
        "can_text": codes.can_text(),
    }
    return render(request, "portal/devices.html", context)


@require_POST
@account_required
def end_device(request: PortalRequest, pk: int) -> HttpResponse:
    """Sign a device out; this one leads to the door."""
    device = request.account.devices.known().filter(pk=parse_key(pk)).first()
    if device is None:
        raise Http404("No such device")
    if device.pk == request.account.device.pk:
        sessions.leave(request)
    device.end()
    return redirect("portal:devices")


@require_POST
@account_required
def end_all(request: PortalRequest) -> HttpResponse:
    """Sign all devices out, this one too."""
    sessions.end_all(request.account)
    sessions.leave(request)
    messages.success(request, _("You are signed out on all devices."))
    return redirect("portal:sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def add_passkey(request: PortalRequest) -> HttpResponse:
    """Let the browser make a passkey, and keep it."""
    account = request.account
    form = PasskeyForm(request.POST or None, initial={"name": passkeys.next_name(account)})
    if request.method == "POST" and form.is_valid():
        try:
            typed = form.cleaned_data
            passkeys.add(account, typed["credential"], name=typed["name"])
        except passkeys.NoSuchPasskey:
            form.add_error(None, _("Your browser did not add the passkey. Try again."))
        else:
            notices.tell(account, "passkey_added")
            messages.success(request, _("The passkey was added. Next time it lets you in."))
            return redirect("portal:devices")
    options = passkeys.creation_options(account) if request.method != "HEAD" else {}
    context = {"form": form, "js_data": {"creation_options": options}}
    return render(request, "portal/add_passkey.html", context)


@require_POST
@account_required
def remove_passkey(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a passkey open the place no more."""
    if not passkeys.remove(request.account, parse_key(pk)):
        raise Http404("No such passkey")
    notices.tell(request.account, "passkey_removed")
    messages.success(request, _("The passkey was removed. Delete it on your device too."))
    return redirect("portal:devices")


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def add_point(request: PortalRequest) -> HttpResponse:
    """Ask for one more address or number, and send a code there."""
    by_phone = "phone" in request.GET and codes.can_text()
    form: EmailForm | PhoneForm = (PhoneForm if by_phone else EmailForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = send_code(request, form.reached, account=request.account)
        return refused or redirect("portal:prove_point")
    return render(request, "portal/add_point.html", {"form": form, "by_phone": by_phone})


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def prove_point(request: PortalRequest) -> HttpResponse:
    """Ask for the code that came there; the right one adds it."""
    row = codes.asked(request)
    if row is None or row.account_id != request.account.pk:
        return redirect("portal:devices")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reached = codes.prove(row, form.cleaned_data["code"])
        if reached is not None:
            contact_points.add(request.account, reached)
            messages.success(request, _("It was added. You can sign in with it from now on."))
            return redirect("portal:devices")
        row.refresh_from_db()
        form.add_error("code", codes.why_wrong(row))
    return render(request, "portal/prove_point.html", {"form": form, "sent": row})


@require_POST
@fresh_sign_in_required
def remove_point(request: PortalRequest, pk: int) -> HttpResponse:
    """Take an address or number away, unless it is the last one."""
    point = request.account.points.filter(pk=parse_key(pk)).first()
    if point is None:
        raise Http404("No such address")
    try:
        contact_points.remove(request.account, point)
    except contact_points.LastOne:
        messages.error(request, _("This is the last one. Add another before you remove it."))
    else:
        messages.success(request, _("It was removed."))
    return redirect("portal:devices")
