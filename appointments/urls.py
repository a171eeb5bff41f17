from django.urls import path, re_path, register_converter

from appointments.links import PATTERN
from appointments.states import STATES, State
from appointments.views import choosing, details, lost_link, moving, visit, zone


class StateConverter:
    """A state by its two letters, `/book/tn/`."""

    regex = "[a-zA-Z]{2}"

    def to_python(self, value: str) -> State:
        try:
            return STATES[value.upper()]
        except KeyError:
            raise ValueError(value) from None

    def to_url(self, state: State) -> str:
        return state.slug


register_converter(StateConverter, "state")

app_name = "appointments"
visit_path = rf"^appointments/(?P<token>{PATTERN})/"
urlpatterns = [
    path("book/", choosing.choose_state, name="state"),
    path("book/elsewhere/", choosing.elsewhere, name="elsewhere"),
    path("book/zone/", zone.set_zone, name="zone"),
    path("book/zone/guess/", zone.guess_zone, name="guess_zone"),
    path("book/details/<uuid:uid>/", details.details, name="details"),
    path("book/details/<uuid:uid>/prolong/", details.prolong, name="prolong"),
    path("book/details/<uuid:uid>/release/", details.release, name="release"),
    re_path(rf"^book/done/(?P<token>{PATTERN})/$", details.done, name="done"),
    path("book/<state:state>/", choosing.choose_service, name="service"),
    path("book/<state:state>/<slug:service>/", choosing.choose_time, name="times"),
    path(
        "book/<state:state>/<slug:service>/times/", choosing.times_fragment, name="times_fragment"
    ),
    path("appointments/lost-link/", lost_link.lost_link, name="lost_link"),
    re_path(rf"{visit_path}$", visit.visit, name="visit"),
    re_path(rf"{visit_path}calendar\.ics$", visit.calendar_download, name="calendar"),
    re_path(rf"{visit_path}reschedule/$", moving.move, name="move"),
    re_path(rf"{visit_path}reschedule/times/$", moving.move_fragment, name="move_fragment"),
    re_path(rf"{visit_path}cancel/$", visit.cancel, name="cancel"),
    re_path(rf"{visit_path}confirm/$", visit.confirm, name="confirm"),
]
