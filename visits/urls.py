"""The addresses of a visit. The patient's take the private token of their appointment."""

from django.urls import URLPattern, re_path

from appointments.links import PATTERN
from visits.guests import PATTERN as GUEST
from visits.views import check, guest_tickets, guests, intake, rooms, tickets

app_name = "visits"
VISIT = rf"^appointments/(?P<token>{PATTERN})/"
ROOM = rf"{VISIT}room/"
GUESTS = rf"^visits/guest/(?P<token>{GUEST})/"
FORMS = rf"{VISIT}forms/"
FORM = rf"{FORMS}(?P<slug>[a-z0-9-]{{1,20}})/"
urlpatterns: list[URLPattern] = [
    re_path(rf"{ROOM}$", rooms.room, name="room"),
    re_path(rf"{ROOM}check/$", check.check, name="check"),
    re_path(rf"{ROOM}guests/$", guests.patients_guests, name="guests"),
    re_path(rf"{GUESTS}$", guests.guest, name="guest"),
    re_path(rf"{GUESTS}ticket/$", guest_tickets.guest_ticket, name="guest_ticket"),
    re_path(rf"{ROOM}ticket/$", tickets.ticket, name="ticket"),
    re_path(rf"{ROOM}phone/$", tickets.phone, name="phone"),
    re_path(rf"{ROOM}leave/$", tickets.leave, name="leave"),
    re_path(rf"{ROOM}report/$", tickets.report, name="report"),
    re_path(rf"{FORMS}$", intake.forms, name="forms"),
    re_path(rf"{FORM}$", intake.form, name="form"),
    re_path(rf"{FORM}save/$", intake.form_save, name="form_save"),
    re_path(rf"{FORM}revoke/$", intake.form_revoke, name="form_revoke"),
]
