"""What a patient agreed to before."""

from datetime import timedelta

from django.utils import timezone

from appointments.models import Appointment, Consent, ConsentText


def agree_to_all(visit: Appointment, *, language: str = "es") -> None:
    """Let the patient of this visit have agreed to every text as it stands, when they booked it."""
    given = timezone.now() - timedelta(days=20)
    for text in ConsentText.current():
        Consent.objects.create(
            text=text,
            appointment=visit,
            given=given,
            page="appointments:details",
            language=language,
        )
