"""The tables of visits. Each stands in the module of its subject."""

from visits.models.consents import (
    ConsentDocument,
    ConsentRevocation,
    ConsentSignature,
    SignedCopy,
)
from visits.models.guests import Guest
from visits.models.intake import IntakePlan, QuestionnaireResponse, SafetyAlert
from visits.models.notes import (
    CowsRating,
    NoteAddendum,
    StartCheckWaiver,
    VisitNote,
    VisitSummary,
)
from visits.models.start_checks import StartCheck, StartCheckDetails
from visits.models.visits import Visit, VisitEvent

__all__ = [
    "ConsentDocument",
    "ConsentRevocation",
    "ConsentSignature",
    "CowsRating",
    "Guest",
    "IntakePlan",
    "NoteAddendum",
    "QuestionnaireResponse",
    "SafetyAlert",
    "SignedCopy",
    "StartCheck",
    "StartCheckDetails",
    "StartCheckWaiver",
    "Visit",
    "VisitEvent",
    "VisitNote",
    "VisitSummary",
]
