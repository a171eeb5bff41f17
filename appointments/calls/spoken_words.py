"""What the desk says on the phone: the words of each e-mail, as the visit stands now.

As in the mails, nothing says what the visit is for.
"""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from appointments.models import Appointment, Call, WaitlistOffer
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock_in

_SENTENCES = {
    "appointment_booked": gettext_lazy("Your visit is booked: %(when)s."),
    "appointment_confirm": gettext_lazy("We keep this time for you: %(when)s. Do you want it?"),
    "appointment_moved": gettext_lazy("Your visit has a new time: %(when)s. Does that suit you?"),
    "appointment_cancelled": gettext_lazy("Your visit on %(when)s is cancelled, as you asked."),
    "appointment_cancelled_by_us": gettext_lazy(
        "We are sorry: we have to cancel your visit on %(when)s. May we find you another time?"
    ),
    "appointment_missed": gettext_lazy(
        "We missed you: your visit was on %(when)s. May we find you another time?"
    ),
    "appointment_reminder": gettext_lazy("This is to remind you of your visit: %(when)s."),
    "waitlist_offer": gettext_lazy("A time has become free: %(when)s. Would you like it?"),
    "waitlist_offer_taken": gettext_lazy(
        "The time that we offered you, %(when)s, is taken by now. You keep your place."
    ),
}


def say(call: Call) -> str:
    """Return the sentence to say, with the time on the patient's clock."""
    if call.kind == "appointment_series" and call.appointment:
        return _series(call.appointment)
    sentence = _SENTENCES.get(call.kind, _SENTENCES["appointment_booked"])
    return str(sentence) % {"when": when(call.appointment or call.offer)}


def when(about: Appointment | WaitlistOffer | None) -> str:
    """Return "Tuesday, November 24, 2:30 pm Central Time", on the patient's clock."""
    if about is None:
        return ""
    zone = about.zone if isinstance(about, Appointment) else about.entry.zone
    return _spoken(about.local_start, zone)


def _spoken(local: datetime, zone: str) -> str:
    day = date_format(local, pgettext("spoken day", "l, F j"), use_l10n=False)
    return f"{day}, {clock_in(local, time_zones.words(zone))}"


def _series(first: Appointment) -> str:
    visits = Appointment.objects.filter(series=first.series, starts_at__gte=first.starts_at)
    visits = visits.filter(status=Appointment.LIVE[1]).order_by("starts_at")[:60]
    times = "; ".join(when(visit) for visit in visits)
    return _("Your visits are booked: %(times)s.") % {"times": times}
