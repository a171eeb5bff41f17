"""The columns and words in which other programs say who reads, who left, and since when. Pure.

listmonk (its `exportSubscribers`): uuid, email, name, attributes, status, created_at, updated_at.
Mailchimp (its help, "View or export contacts"): Email Address, OPTIN_TIME, CONFIRM_TIME,
CONFIRM_IP, UNSUB_TIME, UNSUB_REASON, CLEAN_TIME, TAGS, with a file for each status. Ghost: email,
subscribed_to_emails, created_at, deleted_at. Substack: email, email_disabled, created_at. Mautic:
email, dnc. Names are compared in small letters, with `_` for whatever is no letter or digit.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

EMAIL = (
    *("email", "email_address", "e_mail", "e_mail_address", "emailaddress", "mail"),
    *("subscriber_email", "user_email", "contact_email"),
)
STATUS_COLUMNS = (
    *("status", "subscription_status", "subscriber_status", "email_status", "member_status"),
    *("contact_status", "email_marketing_status", "optin_status", "opt_in_status"),
    *("email_marketing_consent", "global_status", "list_status"),
)
# A word for it, and as often the name of a part of the country: only where nothing else says it.
DOUBTFUL_STATUS_COLUMNS = ("state",)
JOINED = (
    *("joined_at", "confirm_time", "confirmed_at", "optin_time", "opt_in_time", "subscribed_at"),
    *("created_at", "date_added", "joined", "signup_date", "subscribe_date", "subscribed_on"),
    *("date_subscribed", "subscribed", "confirmed", "start_date"),
)
NETWORK = ("confirm_ip", "optin_ip", "opt_in_ip", "ip", "ip_address", "signup_ip")
TOPICS = ("topics", "tags", "lists", "labels")
LANGUAGE = ("language", "locale", "lang")
# Yes says that they read, no that they left.
READS = (
    *("subscribed", "is_subscribed", "subscribed_to_emails", "subscribed_to_newsletter"),
    *("accepts_marketing", "accepts_email_marketing", "email_opt_in", "opted_in", "opt_in"),
    *("optin", "newsletter", "is_active", "active", "enabled"),
)
# No says that nobody ever confirmed.
CONFIRMED = ("confirmed", "is_confirmed", "verified", "is_verified")
# Anything but no says that they left, bounced or complained: a date, a reason, a yes.
LEFT = (
    *("left_at", "unsub_time", "unsub_reason", "unsubscribed_at", "unsubscribed", "unsubscribe"),
    *("unsubscribe_date", "unsubscribe_time", "unsubscribed_on", "date_unsubscribed"),
    *("is_unsubscribed", "unsubscribe_reason", "optout_time", "opt_out_time", "opt_out_date"),
    *("opted_out", "opt_out", "optout", "has_opted_out", "has_opted_out_of_email"),
    *("email_opt_out", "do_not_email", "do_not_contact", "donotemail", "dnc", "email_disabled"),
    *("email_blacklisted", "emailblacklisted", "blacklisted", "blocklisted", "blocked"),
    *("suppressed", "disabled", "deleted_at", "deleted", "date_deleted", "left", "goodbye"),
)
BOUNCED = (
    *("clean_time", "cleaned_at", "cleaned", "bounced", "is_bounced", "bounced_at", "bounce_date"),
    *("hard_bounced", "hard_bounce", "has_hard_bounced", "undeliverable", "bounce_reason"),
)
COMPLAINED = (
    *("complained", "complained_at", "complaint", "is_complained", "spam_complaint"),
    *("marked_as_spam", "spam_reported_at", "abuse", "abuse_reported"),
)

# Many programs name them nearly so, such as `Unsubscribed at (UTC)`. A link to leave is no leaving.
_NEARLY = {
    "left": re.compile(
        r"unsub|opt(?:ed)?_?out|(?:black|block)_?list|suppress|do_not_(?:e_?mail|contact)|(?:^|_)dnc"
    ),
    "bounced": re.compile(r"bounced|hard_?bounce|^clean(?:ed)?_"),
    "complained": re.compile(r"complain|spam_report|as_spam"),
}
_NO_WORD = re.compile(r"link|url|token|key|hash|page|code|count|score|rate|soft|(?:^|_)id$|number")
_EXACTLY = {"left": LEFT, "bounced": BOUNCED, "complained": COMPLAINED}

STATUSES = {
    "active": ("", "active", "subscribed", "enabled", "confirmed", "opted_in", "subscriber"),
    "left": (
        *("left", "unsubscribed", "unsubscribe", "disabled", "blocklisted", "blacklisted"),
        *("blocked", "opted_out", "opt_out", "optout", "cancelled", "canceled", "suppressed"),
        *("removed", "deleted", "inactive", "do_not_contact", "dnc"),
    ),
    "bounced": (
        *("bounced", "cleaned", "hard_bounced", "hard_bounce", "bounce", "undeliverable"),
        *("invalid", "soft_bounced"),
    ),
    "complained": (
        *("complained", "complaint", "spam", "marked_as_spam", "abuse", "spam_complaint"),
        "spam_reported",
    ),
    "": (
        *("unconfirmed", "pending", "non_subscribed", "nonsubscribed", "transactional"),
        *("archived", "not_confirmed", "unverified", "not_subscribed", "awaiting_confirmation"),
        "never_subscribed",
    ),
}
_STATUS = {word: status for status, words in STATUSES.items() for word in words}
_YES = {"1", "true", "yes", "y", "t", "on", "x", "subscribed", "opted_in", "active"}
_NO = {
    *("", "0", "false", "no", "n", "f", "off", "null", "none", "nil", "na", "nan", "never"),
    *("unsubscribed", "opted_out"),
}
_NOTHING = _NO - {"unsubscribed", "opted_out"}
_NO_DATE = re.compile(r"0000-00-00|\\N")
_OTHER = re.compile(r"[^a-z0-9]+")
# Go, in which listmonk is written, repeats the zone in letters: `+0000 UTC`, `+0530 IST`.
_GO = re.compile(
    r"(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?([+-]\d\d:?\d\d)(?: [A-Z]{1,5}| [+-]\d{2,4})?"
)
_FRACTION = re.compile(r"(\.\d{6})\d+")
_UTC = re.compile(r" ?(?:UTC|GMT|Z)$")
_FORMS = (
    *("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p"),
    *("%m/%d/%Y", "%m/%d/%y %H:%M", "%m/%d/%y %I:%M %p", "%m/%d/%y", "%Y/%m/%d %H:%M:%S"),
    *("%Y/%m/%d %H:%M", "%Y/%m/%d", "%b %d, %Y", "%B %d, %Y", "%b %d, %Y %I:%M %p"),
    *("%B %d, %Y %I:%M %p", "%b %d, %Y %H:%M:%S", "%m-%d-%Y", "%m-%d-%Y %H:%M"),
)
_LONGEST_DATE = 60
_FIRST_YEAR = 1990


def name_of(text: str) -> str:
    """Return the name of a column, or a word of a cell, as this module writes it."""
    return _OTHER.sub("_", text.strip().strip("\ufeff").lower()).strip("_")


def speaks_against(name: str) -> str | None:
    """Return what it means where the column of this name says anything; None for other columns."""
    for status, known in _EXACTLY.items():
        if name in known:
            return status
    if _NO_WORD.search(name):
        return None
    return next((status for status, nearly in _NEARLY.items() if nearly.search(name)), None)


@lru_cache(maxsize=1000)  # a list has few words, and a million lines
def status_of(text: str) -> str | None:
    """Return the status that this word means: empty where nobody confirmed; None if unknown."""
    return _STATUS.get(name_of(text))


def says_yes(text: str) -> bool | None:
    """Return what a cell says that can say yes or no, or since when; None for neither."""
    word = name_of(text)
    if word in _NO or _NO_DATE.search(text):
        return False
    return True if word in _YES or moment(text) else None


def says_anything(text: str) -> bool:
    """Return whether a cell says anything at all: not empty, no "no", no date of nothing."""
    return name_of(text) not in _NOTHING and not _NO_DATE.search(text)


def moment(text: str) -> datetime | None:
    """Return a time in ISO's, Go's or America's form; without a zone it is UTC.

    None for what is no time, or none that somebody could have signed up at.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST_DATE:
        return None
    found = _iso(text) or _american(text) or _mailed(text)
    if found is None or found.year < _FIRST_YEAR:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    if " " in text[11:]:
        text = _GO.sub(r"\1\2", _UTC.sub("", text) if "+" not in text else text)
    if len(text) > 26:
        text = _FRACTION.sub(r"\1", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _american(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _mailed(text: str) -> datetime | None:
    if ":" not in text:
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
