"""Visits in the desk. Each module registers what it shows."""

from visits.admin import intake_answers, intake_plans, room_steps

__all__ = ["intake_answers", "intake_plans", "room_steps"]
