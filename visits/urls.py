"""The addresses of a visit. The patient's take the private token of their appointment."""

from django.urls import URLPattern, re_path

from appointments.links import PATTERN
from visits.views import tickets

app_name = "visits"
VISIT = rf"^appointments/(?P<token>{PATTERN})/"
ROOM = rf"{VISIT}room/"
urlpatterns: list[URLPattern] = [
    re_path(rf"{ROOM}ticket/$", tickets.ticket, name="ticket"),
    re_path(rf"{ROOM}phone/$", tickets.phone, name="phone"),
    re_path(rf"{ROOM}leave/$", tickets.leave, name="leave"),
    re_path(rf"{ROOM}report/$", tickets.report, name="report"),
]
