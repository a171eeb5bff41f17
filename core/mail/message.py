"""From an outbox row to the e-mail that a server is given."""

from email.charset import QP, Charset
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.mail.attachments import Attachment
from core.mail.models import OutgoingEmail
from core.mail.rendering import one_line
from core.mail.smtp_errors import Undeliverable
from core.people.email_addresses import validate_address
from core.practice.models import Practice

# Quoted-printable everywhere: lines stay short and every byte is ASCII, whatever relays it meets.
_utf8 = Charset("utf-8")
_utf8.body_encoding = QP

# Media queries stay in the head, for phones and dark mode; every other rule becomes an attribute.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def message_id(key: str) -> str:
    """Return the same for the same key; the key cannot be guessed from it."""
    digest = salted_hmac("curednation.mail.message-id", key, algorithm="sha256").hexdigest()
    return f"<{digest[:32]}@{_sender_address().rpartition('@')[2]}>"


def build(email: OutgoingEmail) -> EmailMultiAlternatives:
    """Build the e-mail with both bodies, styles inlined, and its files. Raises Undeliverable."""
    message = EmailMultiAlternatives(
        subject=one_line(email.subject),
        body=email.text,
        from_email=_sender(),
        to=[_recipient(email.to)],
        headers={
            "Message-ID": email.message_id,
            "Date": format_datetime(timezone.now()),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **_for_postmark(email.message_id),
        },
    )
    message.encoding = _utf8
    message.attach_alternative(_inliner.inline(email.html), "text/html")
    for stored in email.attachments:
        _attach(message, Attachment.from_json(stored))
    return message


def _attach(message: EmailMultiAlternatives, file: Attachment) -> None:
    """An invitation goes twice: as a part that mail programs act on, and as a file to keep."""
    mimetype = file.content_type
    if file.calendar_method:
        calendar = file.octets.decode()
        message.attach_alternative(calendar, f"text/calendar; method={file.calendar_method}")
        mimetype = "application/ics"
    # Bytes, so that a calendar keeps the line ends of RFC 5545.
    message.attach(one_line(file.filename), file.octets, mimetype)


def _recipient(to: str) -> str:
    """One address, its domain in ASCII. Raises Undeliverable."""
    local_part, _at, _domain = parseaddr(to)[1].rpartition("@")
    if not local_part.isascii():
        raise Undeliverable(_("Mail servers do not take such letters before the @."))
    try:
        validate_address(to)
        return sanitize_address(to, "utf-8")
    except (ValidationError, ValueError):
        raise Undeliverable(_("This is not an e-mail address.")) from None


def _for_postmark(name: str) -> dict[str, str]:
    """Postmark gives mails names of its own; what comes back tells ours from its metadata."""
    by_postmark = settings.EMAIL_HOST.endswith("postmarkapp.com")
    return {"X-PM-Metadata-mail": name} if by_postmark else {}


def _sender() -> str:
    return formataddr((one_line(Practice.current().mail_name), _sender_address()))


def _sender_address() -> str:
    return _bare(settings.DEFAULT_FROM_EMAIL)


@cache
def _bare(address: str) -> str:
    return parseaddr(address)[1]
