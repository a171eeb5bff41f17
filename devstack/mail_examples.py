"""One example context for each e-mail template. A template without one fails a test."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

_visit = {
    "name": "Zoë O'Hara",
    "starts": datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago")),
    "zone": "Central Time",
    "link": "https://visits.example.org/appointments/abcdefghijklmnopqrstuvwxyz0123456789/",
    "by_call": False,
    "here": True,
}
_providers_visit = {key: value for key, value in _visit.items() if key != "name"} | {
    "link": "https://visits.example.org/admin/appointments/appointment/42/change/",
}
_account = {
    "name": "Zoë Example",
    "link": "https://visits.example.org/accounts/password/reset/key/1-abcdefghijklmnopqrstuv/",
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "account_changed": {
        **_account,
        "change": "Your password was changed.",
        "at": "Tue, Nov 12, 2030, 2:30 pm",
        "zone": "Central Time",
    },
    "account_invited": _account,
    "account_password_reset": _account,
    "account_unknown": _account,
    "article_review_due": {
        "due": date(2030, 11, 12),
        "link": "https://visits.example.org/admin/articles/article/1/change/",
    },
    "appointment_booked": {**_visit, "on_waitlist": True, "has_another": True},
    "appointment_series": _visit,
    "appointment_cancelled": _visit,
    "appointment_cancelled_by_us": _visit,
    "appointment_confirm": {**_visit, "until": _visit["starts"], "has_many": False},
    "lost_link": {**_visit, "name": ""},
    "lost_link_no_visits": {},
    "waitlist_offer": {**_visit, "until": _visit["starts"]},
    "waitlist_joined": {**_visit, "is_asked": False},
    "waitlist_offer_taken": _visit,
    "email_proof": {"link": _visit["link"]},
    "email_proof_unknown_address": {},
    "appointment_missed": _visit,
    "appointment_moved": _visit,
    "appointment_address_corrected": {},
    "appointment_reminder": {**_visit, "has_questions": True},
    "portal_changed": {
        "change": _("A passkey was added."),
        "at": "Tue, Nov 12, 2030, 2:30 pm",
        "zone": "Central Time",
        "link": "https://visits.example.org/me/devices/",
    },
    "portal_access_asked": {"link": "https://visits.example.org/me/people/"},
    "portal_opened_by_phone": {"ending": "0117", "link": "https://visits.example.org/me/sign-in/"},
    "portal_request": {
        "news": "received",
        "link": "https://visits.example.org/me/record/",
        "is_kept": False,
        "kept_until": "",
    },
    "sign_in_code": {"code": "123 456", "minutes": 10},
    "visit_summary": {"name": _visit["name"], "link": _visit["link"]},
    "payment_news": {"name": _visit["name"], "link": _visit["link"]},
    "booking_paused": {"link": "https://visits.example.org/admin/"},
    "chain_head": {
        "at": datetime(2030, 11, 12, 7, 30, tzinfo=ZoneInfo("America/Chicago")),
        "count": 12345,
        "hash": "0123456789abcdef" * 4,
        "link": "https://visits.example.org/admin/staff/auditevent/",
    },
    "comment_answered": {
        "link": "https://visits.example.org/articles/comments/1.abcdef.0123456789/"
    },
    "comment_approved": {
        "link": "https://visits.example.org/articles/comments/1.abcdef.0123456789/"
    },
    "article_in_review": {"link": "https://visits.example.org/admin/articles/article/1/change/"},
    "comments_waiting": {
        "count": 3,
        "since": "November 12, 9:00 AM",
        "link": "https://visits.example.org/admin/articles/comment/?status=held",
    },
    "provider_look_now": {"link": "https://visits.example.org/admin/visit-answers/1/"},
    "contact_requests_open": {
        "count": 2,
        "since": "November 12, 9:00 AM",
        "link": "https://visits.example.org/admin/contact-requests/",
    },
    "message_new": {"link": "https://visits.example.org/me/messages/"},
    "staff_messages_waiting": {
        "count": 2,
        "since": "November 12, 9:00 AM",
        "link": "https://visits.example.org/admin/messages/",
    },
    "issue_trouble": {
        "what": "held",
        "number": 12,
        "link": "https://visits.example.org/admin/newsletter/issue/12/progress/",
    },
    "mail_test": {},
    "newsletter_confirm": {
        "link": "https://visits.example.org/newsletter/confirm/abcdefghijklmnop/"
    },
    "newsletter_move": {"link": "https://visits.example.org/newsletter/confirm/abcdefghijklmnop/"},
    "newsletter_moved": {"link": "https://visits.example.org/newsletter/"},
    "newsletter_welcome": {
        "link": "https://visits.example.org/newsletter/preferences/abcdefghijklmnop/"
    },
    "privacy_request_alone": {
        "when": datetime(2030, 11, 12, 9, 0, tzinfo=ZoneInfo("America/Chicago")),
        "zone": "Central Time",
        "link": "https://visits.example.org/admin/to-do/",
    },
    "provider_cancelled": _providers_visit,
    "provider_daily_digest": {
        "visits": 6,
        "first": datetime(2030, 11, 12, 9, 0, tzinfo=ZoneInfo("America/Chicago")),
        "zone": "Central Time",
        "link": "https://visits.example.org/admin/appointments/appointment/?day=today",
    },
    "provider_moved": {
        **_providers_visit,
        "before": datetime(2030, 11, 11, 9, 0, tzinfo=ZoneInfo("America/Chicago")),
    },
    "provider_new": _providers_visit,
}
