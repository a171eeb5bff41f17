"""One example context for each template of a text. A template without one fails a test."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_visit = {
    "starts": datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago")),
    "day": "Tue, Nov 12",
    "zone_words": "Central Time",
    "link": "https://visits.example.org/t/abcdefghijklmnopqrstuv",
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "appointment_booked": _visit,
    "appointment_cancelled": _visit,
    "appointment_moved": _visit,
    "appointment_ready": {"link": _visit["link"]},
    "appointment_reminder": _visit,
    "code": {"code": "424242", "minutes": 10},
    "help_answer": {},
    "message_new": {"link": "https://visits.example.org/me/messages/"},
    "nobody_reads": {},
    "payment_news": {"link": _visit["link"]},
    "portal_request": {"news": "received"},
    "start_answer": {},
    "stop_answer": {},
    "waitlist_offer": {
        **_visit,
        "until": datetime(2030, 11, 12, 11, 30, tzinfo=ZoneInfo("America/Chicago")),
    },
}
