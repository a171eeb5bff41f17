"""The tables of visits. Each stands in the module of its subject."""

from visits.models.guests import Guest
from visits.models.start_checks import StartCheck, StartCheckDetails
from visits.models.visits import Visit, VisitEvent

__all__ = ["Guest", "StartCheck", "StartCheckDetails", "Visit", "VisitEvent"]
