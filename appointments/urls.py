"""The public addresses of booking, of visits and of the waitlist."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from appointments.calendars.feed_files import PATTERN as FEED
from appointments.links import PATTERN
from appointments.scheduling.states import STATES, State
from appointments.views import (
    appointment,
    calendar_feeds,
    choose_slot,
    details,
    email_proof,
    lost_link,
    reschedule,
    time_zone,
    waitlist,
)


class StateConverter:
    """Reads a state by its two letters, `/book/tn/`."""

    regex = "[a-zA-Z]{2}"

    def to_python(self, value: str) -> State:
        try:
            return STATES[value.upper()]
        except KeyError:
            raise ValueError(value) from None

    def to_url(self, state: State) -> str:
        return state.slug


class ProofConverter(StringConverter):
    """Reads a token; one that is not ours gets a page that says so."""

    regex = r"[A-Za-z0-9_.:-]{20,400}"


register_converter(StateConverter, "state")
register_converter(ProofConverter, "proof")

app_name = "appointments"
visit_path = rf"^appointments/(?P<token>{PATTERN})/"
waitlist_path = rf"^appointments/waitlist/(?P<token>{PATTERN})/"
urlpatterns = [
    path("book/", choose_slot.choose_state, name="choose_state"),
    path("book/elsewhere/", choose_slot.state_not_served, name="state_not_served"),
    path("book/zone/guess/", time_zone.guess_time_zone, name="guess_time_zone"),
    path("book/details/<uuid:uid>/", details.details, name="details"),
    path("book/details/<uuid:uid>/extend/", details.extend, name="extend"),
    path("book/details/<uuid:uid>/release/", details.release, name="release"),
    re_path(rf"^book/done/(?P<token>{PATTERN})/$", details.done, name="done"),
    path("book/<state:state>/<slug:service>/proof/", email_proof.request_link, name="email_proof"),
    path(
        "book/<state:state>/<slug:service>/proof/<proof:token>/",
        email_proof.accept_link,
        name="email_proof_accept",
    ),
    path("book/<state:state>/", choose_slot.choose_service, name="choose_service"),
    path("book/<state:state>/<slug:service>/", choose_slot.choose_time, name="choose_time"),
    path(
        "book/<state:state>/<slug:service>/times/",
        choose_slot.times_fragment,
        name="times_fragment",
    ),
    path("book/<state:state>/<slug:service>/waitlist/", waitlist.join, name="waitlist_join"),
    path("appointments/lost-link/", lost_link.lost_link, name="lost_link"),
    re_path(
        rf"^appointments/feeds/(?P<token>{FEED})\.ics$", calendar_feeds.feed, name="calendar_feed"
    ),
    re_path(rf"{waitlist_path}$", waitlist.entry, name="waitlist"),
    re_path(rf"{waitlist_path}accept/$", waitlist.accept, name="waitlist_accept"),
    re_path(rf"{waitlist_path}decline/$", waitlist.decline, name="waitlist_decline"),
    re_path(rf"{waitlist_path}keep/$", waitlist.keep, name="waitlist_keep"),
    re_path(rf"{waitlist_path}leave/$", waitlist.leave, name="waitlist_leave"),
    re_path(rf"{visit_path}$", appointment.visit, name="visit"),
    re_path(rf"{visit_path}calendar\.ics$", appointment.calendar_file, name="calendar"),
    re_path(rf"{visit_path}reschedule/$", reschedule.reschedule, name="reschedule"),
    re_path(
        rf"{visit_path}reschedule/times/$",
        reschedule.times_fragment,
        name="reschedule_fragment",
    ),
    re_path(rf"{visit_path}cancel/$", appointment.cancel, name="cancel"),
    re_path(rf"{visit_path}waitlist/$", waitlist.entry_beside_visit, name="visit_waitlist_entry"),
    re_path(rf"{visit_path}confirm/$", appointment.confirm, name="confirm"),
]
