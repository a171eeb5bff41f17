"""Why a time cannot be had, in the words of staff and beside the field that it is about."""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, restricted_records, workflow_actions
from appointments.admin.minimum_age import too_young
from appointments.booking.patients import AtTheSameTime, BookedAlready, RecordRestricted
from appointments.booking.rules import NotChangeable, SlotTaken, TimePast, TooYoung
from appointments.booking.staff_booking import NotLicensed, OutsideRules
from appointments.models import Appointment


def attempt(form: Any, do: Any) -> Appointment | None:
    """Return what `booking` gives; None, with its refusal beside the field that it is about."""
    try:
        return do()
    except TooYoung as error:
        form.add_error(None, too_young(error))
    except NotLicensed:
        form.add_error(None, _("This provider holds no valid license in that state on that day."))
    except OutsideRules:
        form.add_error(
            "reason",
            _("Patients could not book this time (hours, notice or a limit). Please write why."),
        )
    except BookedAlready as error:
        form.add_booked_already_error(error.visits[0])
    except AtTheSameTime as error:
        form.ask_about_simultaneous(error.visits)
    except NotChangeable:
        form.add_error(None, workflow_actions.why_not_moved(form.visit))
    except RecordRestricted:
        form.add_error(None, restricted_records.NOT_BOOKED)
    except TimePast:
        form.add_error(None, _("That time is past."))
    except SlotTaken as error:
        text = _now("Somebody has this time.")
        if error.nearest:
            times = ", ".join(
                f"{practice_time.format_short_datetime(slot.starts_at)} ({slot.provider.name})"
                for slot in error.nearest
            )
            text = _now("%(text)s Free near it: %(times)s.") % {
                "text": text,
                "times": times,
            }
        form.add_error(None, text)
    return None
