"""Forms that a visit may ask before it begins: addresses, names, order, the usual choice."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from visits.intake.screeners import AUDIT_C, GAD_7, PHQ_9

# In the order in which they are asked.
QUESTIONNAIRES: dict[str, Any] = {
    "reason": _("Why you are coming"),
    "health": _("Medicines, allergies and health"),
    "last-use": _("What you took last, and when"),
    AUDIT_C.slug: _("Alcohol"),
    PHQ_9.slug: _("How you have felt"),
    GAD_7.slug: _("Worry"),
    "pharmacy": _("Your pharmacy"),
    "emergency-contact": _("Somebody we may call in an emergency"),
    "payment": _("Insurance or paying yourself"),
}
CONSENTS: dict[str, Any] = {
    "telehealth": _("Agreement to care by video and phone"),
    "treatment": _("Agreement on treatment"),
    "records": _("Permission to share your records"),
}
FORMS = QUESTIONNAIRES | CONSENTS
# What a service asks that no manager has decided on, by who may book it.
USUAL_NEW = tuple(FORMS)
USUAL_RETURNING = ("reason", "health", "last-use", PHQ_9.slug, GAD_7.slug, *CONSENTS)
# Once answered, these hold for a patient's later visits too, until they change them.
KEPT = ("health", "pharmacy", "emergency-contact", "payment")
