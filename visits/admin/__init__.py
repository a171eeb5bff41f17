"""Visits in the desk. Each module registers what it shows."""

from visits.admin import (
    connection_test,
    cows_panel,
    finish_panel,
    first_minute_card,
    guests_panel,
    intake_answers,
    intake_plans,
    next_visit,
    note_panel,
    notes_page,
    room_page,
    room_steps,
    summary_panel,
    waiting_room,
)

__all__ = [
    "connection_test",
    "cows_panel",
    "finish_panel",
    "first_minute_card",
    "guests_panel",
    "intake_answers",
    "intake_plans",
    "next_visit",
    "note_panel",
    "notes_page",
    "room_page",
    "room_steps",
    "summary_panel",
    "waiting_room",
]
