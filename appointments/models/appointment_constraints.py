"""What the database holds about every visit and hold, whatever a program forgets."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

CONSTRAINTS = [
    ExclusionConstraint(
        name="appointment_no_double_booking",
        expressions=[
            ("provider", RangeOperators.EQUAL),
            ("blocked", RangeOperators.OVERLAPS),
        ],
        condition=Q(status__in=["held", "booked", "checked_in"]),
        violation_error_message=_("This provider is already booked at that time."),
    ),
    models.UniqueConstraint(fields=["key"], name="appointment_key_once"),
    models.UniqueConstraint(
        fields=["visitor"],
        condition=Q(status="held", patient__isnull=True),
        name="appointment_one_hold_per_visitor",
    ),
    models.CheckConstraint(
        condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"
    ),
    models.CheckConstraint(
        condition=Q(blocked__startswith__lte=F("starts_at"), blocked__endswith__gte=F("ends_at")),
        name="appointment_blocks_its_own_time",
    ),
    models.CheckConstraint(
        condition=Q(status="held", held_until__isnull=False) | ~Q(status="held"),
        name="hold_has_an_end",
    ),
    models.CheckConstraint(
        condition=Q(status__in=["held", "released", "expired"])
        | Q(patient__isnull=False) & (~Q(email="") | ~Q(phone=""))
        | Q(erased_at__isnull=False),
        name="visit_reaches_its_patient",
    ),
    models.CheckConstraint(
        condition=Q(erased_at=None)
        | Q(
            patient=None,
            email="",
            phone="",
            contact="",
            booked_by="",
            cancel_reason="",
            staff_reason="",
            visitor="",
        ),
        name="erased_visit_names_nobody",
    ),
]
