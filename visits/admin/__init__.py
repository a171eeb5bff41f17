"""Visits in the desk. Each module registers what it shows."""

from visits.admin import room_steps

__all__ = ["room_steps"]
