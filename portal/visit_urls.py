"""The addresses of visits and of places on the waitlist inside the portal.

Each visit has all pages that its private link has, below `/me/visits/<number>/`.
"""

from django.urls import URLPattern, path, re_path

from appointments.views import appointment, reschedule, waitlist
from portal.views import follow_up, visits
from portal.views.own_pages import place_of_account, visit_of_account
from visits.views import check, guests, intake, rooms, tickets

VISIT = r"^visits/(?P<number>\d{1,18})/"
FORM = rf"{VISIT}forms/(?P<slug>[a-z0-9-]{{1,20}})/"
ROOM = rf"{VISIT}room/"
PLACE = r"^waitlist/(?P<number>\d{1,18})/"
urlpatterns: list[URLPattern] = [
    path("visits/", visits.visits, name="visits"),
    re_path(rf"{VISIT}follow-up/$", follow_up.follow_up, name="follow_up"),
    re_path(rf"{VISIT}follow-up/times/$", follow_up.times_fragment, name="follow_up_times"),
]
# What appointments and visits serve by a private link as well.
OF_VISIT = (
    (VISIT, appointment.visit, "visit"),
    (rf"{VISIT}calendar\.ics", appointment.calendar_file, "visit_calendar"),
    (rf"{VISIT}reschedule/", reschedule.reschedule, "visit_reschedule"),
    (rf"{VISIT}reschedule/times/", reschedule.times_fragment, "visit_reschedule_fragment"),
    (rf"{VISIT}cancel/", appointment.cancel, "visit_cancel"),
    (rf"{VISIT}confirm/", appointment.confirm, "visit_confirm"),
    (rf"{VISIT}waitlist/", waitlist.entry_beside_visit, "visit_visit_waitlist_entry"),
    (ROOM, rooms.room, "visit_room"),
    (rf"{ROOM}check/", check.check, "visit_check"),
    (rf"{ROOM}guests/", guests.patients_guests, "visit_guests"),
    (rf"{ROOM}ticket/", tickets.ticket, "visit_ticket"),
    (rf"{ROOM}phone/", tickets.phone, "visit_phone"),
    (rf"{ROOM}leave/", tickets.leave, "visit_leave"),
    (rf"{ROOM}report/", tickets.report, "visit_report"),
    (rf"{VISIT}forms/", intake.forms, "visit_forms"),
    (FORM, intake.form, "visit_form"),
    (rf"{FORM}save/", intake.form_save, "visit_form_save"),
    (rf"{FORM}revoke/", intake.form_revoke, "visit_form_revoke"),
)
OF_PLACE = (
    (PLACE, waitlist.entry, "place"),
    (rf"{PLACE}accept/", waitlist.accept, "place_accept"),
    (rf"{PLACE}decline/", waitlist.decline, "place_decline"),
    (rf"{PLACE}keep/", waitlist.keep, "place_keep"),
    (rf"{PLACE}leave/", waitlist.leave, "place_leave"),
)
urlpatterns += [re_path(f"{at}$", visit_of_account(view), name=name) for at, view, name in OF_VISIT]
urlpatterns += [re_path(f"{at}$", place_of_account(view), name=name) for at, view, name in OF_PLACE]
