"""The addresses of a visit. The patient's take the private token of their appointment."""

from django.urls import URLPattern, path

from visits.views import tickets

app_name = "visits"
ROOM = "appointments/<str:token>/room/"
urlpatterns: list[URLPattern] = [
    path(f"{ROOM}ticket/", tickets.ticket, name="ticket"),
    path(f"{ROOM}phone/", tickets.phone, name="phone"),
    path(f"{ROOM}leave/", tickets.leave, name="leave"),
    path(f"{ROOM}report/", tickets.report, name="report"),
]
