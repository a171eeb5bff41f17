"""The addresses of visits and of places on the waitlist inside the portal.

Each visit has all pages that its private link has, below `/me/visits/<number>/`.
"""

from django.urls import URLPattern, path

from appointments.views import appointment, reschedule, waitlist
from portal.views import follow_up, visits
from portal.views.own_pages import place_of_account, visit_of_account
from visits.views import check, guests, intake, rooms, tickets

VISIT, PLACE = "visits/<int:number>/", "waitlist/<int:number>/"
FORM, ROOM = f"{VISIT}forms/<slug:slug>/", f"{VISIT}room/"
urlpatterns: list[URLPattern] = [
    path("visits/", visits.visits, name="visits"),
    path(f"{VISIT}follow-up/", follow_up.follow_up, name="follow_up"),
    path(f"{VISIT}follow-up/times/", follow_up.times_fragment, name="follow_up_times"),
]
# What appointments and visits serve by a private link as well.
OF_VISIT = (
    (VISIT, appointment.visit, "visit"),
    (f"{VISIT}calendar.ics", appointment.calendar_file, "visit_calendar"),
    (f"{VISIT}reschedule/", reschedule.reschedule, "visit_reschedule"),
    (f"{VISIT}reschedule/times/", reschedule.times_fragment, "visit_reschedule_fragment"),
    (f"{VISIT}cancel/", appointment.cancel, "visit_cancel"),
    (f"{VISIT}confirm/", appointment.confirm, "visit_confirm"),
    (f"{VISIT}waitlist/", waitlist.entry_beside_visit, "visit_visit_waitlist_entry"),
    (ROOM, rooms.room, "visit_room"),
    (f"{ROOM}check/", check.check, "visit_check"),
    (f"{ROOM}guests/", guests.patients_guests, "visit_guests"),
    (f"{ROOM}ticket/", tickets.ticket, "visit_ticket"),
    (f"{ROOM}phone/", tickets.phone, "visit_phone"),
    (f"{ROOM}leave/", tickets.leave, "visit_leave"),
    (f"{ROOM}report/", tickets.report, "visit_report"),
    (f"{VISIT}forms/", intake.forms, "visit_forms"),
    (FORM, intake.form, "visit_form"),
    (f"{FORM}save/", intake.form_save, "visit_form_save"),
    (f"{FORM}revoke/", intake.form_revoke, "visit_form_revoke"),
)
OF_PLACE = (
    (PLACE, waitlist.entry, "place"),
    (f"{PLACE}accept/", waitlist.accept, "place_accept"),
    (f"{PLACE}decline/", waitlist.decline, "place_decline"),
    (f"{PLACE}keep/", waitlist.keep, "place_keep"),
    (f"{PLACE}leave/", waitlist.leave, "place_leave"),
)
urlpatterns += [path(at, visit_of_account(view), name=name) for at, view, name in OF_VISIT]
urlpatterns += [path(at, place_of_account(view), name=name) for at, view, name in OF_PLACE]
