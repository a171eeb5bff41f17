"""How long what names a person is kept, as the environment sets it: a part of the settings.

The settings take in every name of this module; docs/retention.md lists it table by table.
"""

from core.environment import Environment

env = Environment()

MAIL_BODY_DAYS = env.number("MAIL_BODY_DAYS", default=30)
UNCONFIRMED_VISIT_DAYS = env.number("UNCONFIRMED_VISIT_DAYS", default=7, least=1, most=90)
PATIENT_RECORD_YEARS = env.number("PATIENT_RECORD_YEARS", default=10, most=100)
WAITLIST_DAYS = env.number("WAITLIST_DAYS", default=30, least=1, most=3650)
CONTACT_REQUEST_DAYS = env.number("CONTACT_REQUEST_DAYS", default=90, least=7, most=3650)
FEEDBACK_DAYS = env.number("FEEDBACK_DAYS", default=365, least=1, most=3650)
NEWSLETTER_LEFT_DAYS = env.number("NEWSLETTER_LEFT_DAYS", default=365, least=1, most=3650)
NEWSLETTER_HISTORY_DAYS = env.number("NEWSLETTER_HISTORY_DAYS", default=400, least=30, most=3650)
LIST_UPLOAD_DAYS = env.number("LIST_UPLOAD_DAYS", default=7, least=1, most=90)
MESSAGE_DRAFT_DAYS = env.number("MESSAGE_DRAFT_DAYS", default=30, least=1, most=365)
AUTOSAVE_DAYS = env.number("AUTOSAVE_DAYS", default=30, least=1, most=365)
ADMIN_LOG_DAYS = env.number("ADMIN_LOG_DAYS", default=365, least=1, most=3650)
WEBHOOK_DAYS = env.number("WEBHOOK_DAYS", default=30, least=4, most=3650)
DEVICE_DAYS = env.number("DEVICE_DAYS", default=180, least=7, most=3650)
EMPTY_ACCOUNT_DAYS = env.number("EMPTY_ACCOUNT_DAYS", default=30, least=1, most=3650)
IDEMPOTENCY_HOURS = env.number("IDEMPOTENCY_HOURS", default=48, least=24, most=24 * 30)
STRIPE_EVENT_DAYS = env.number("STRIPE_EVENT_DAYS", default=90, least=31, most=3650)
