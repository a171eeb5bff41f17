"""The sentence that says to a person where their visit stands, in the language of the page."""

from django.utils.translation import gettext as _

from appointments.models import Appointment
from appointments.templatetags.appointments import clock, weekday_and_day, zone_words
from visits.models.visits import Seat
from visits.phases import OPENS_BEFORE, Phase


def said(phase: Phase, appointment: Appointment, seat: str) -> str:
    """Return what somebody in that seat is told."""
    if seat == Seat.CLINICIAN:
        return _to_clinician(phase)
    return _to_patient(phase, appointment)


def _to_patient(phase: Phase, appointment: Appointment) -> str:
    who = appointment.provider.short_name
    if phase in (Phase.EARLY, Phase.MOVED):
        return _early(phase, appointment)
    sentences = {
        Phase.OPEN: _("You can come in now."),
        Phase.WAITING: _("You are in line. %(name)s lets you in."),
        Phase.ADMITTED: _("%(name)s lets you in."),
        Phase.LIVE: _("You are with %(name)s."),
        Phase.BY_PHONE: _("Keep your phone near: %(name)s calls you."),
        Phase.OVER: _("This visit has ended."),
        Phase.CANCELLED: _("This visit was cancelled."),
        Phase.CLOSED: _("This room is closed. If you still wait for somebody, please call us."),
    }
    return sentences[phase] % {"name": who}


def _early(phase: Phase, appointment: Appointment) -> str:
    start = appointment.local_start
    words = {
        "day": weekday_and_day(start),
        "time": f"{clock(start)} {zone_words(appointment.zone)}",
        "opens": clock((appointment.starts_at - OPENS_BEFORE).astimezone(appointment.patient_zone)),
    }
    if phase is Phase.MOVED:
        return _("Your visit was moved to %(day)s at %(time)s.") % words
    return _("Your visit is on %(day)s at %(time)s. You can come in from %(opens)s.") % words


def _to_clinician(phase: Phase) -> str:
    return {
        Phase.EARLY: _("The room opens a quarter of an hour before the visit."),
        Phase.MOVED: _("This visit was moved to another time."),
        Phase.OPEN: _("The patient has not come yet."),
        Phase.WAITING: _("The patient waits."),
        Phase.ADMITTED: _("The patient was let in."),
        Phase.LIVE: _("You are with the patient."),
        Phase.BY_PHONE: _("This visit goes on by phone."),
        Phase.OVER: _("This visit has ended."),
        Phase.CANCELLED: _("This visit was cancelled."),
        Phase.CLOSED: _("This room is closed."),
    }[phase]
