"""What the page of a guest asks of the site: a ticket, by a link of their own."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.guard import sessionless_form
from core.guard.no_store import no_store
from visits import guests
from visits.views.tickets import asked_too_often, entered


@csrf_exempt
@require_POST
@no_store
def guest_ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Let a guest come to the door, and say what holds for them. They wait there until the
    clinician has let them in themselves, and learn nothing of the others meanwhile.
    """
    if not sessionless_form.is_same_origin(request):
        return JsonResponse({"why": _("This did not come from our page.")}, status=403)
    guest = guests.find(token)
    if guest is None or guest.agreed_at is None:
        raise Http404("No such guest")
    if guests.has_ended(guest):
        return JsonResponse({"why": _("This link has ended.")}, status=410)
    if refusal := asked_too_often(guest.visit.appointment, guest.seat):
        return refusal
    answer = entered(guest.visit.appointment, guest.seat)
    if answer["ticket"]:
        guests.come(guest)
    if answer["phase"] not in ("admitted", "live"):
        answer["here"] = []
    return JsonResponse(answer)
