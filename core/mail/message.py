"""From a template to the words of an outbox row, and from the row to the e-mail for a server."""

import re
import textwrap
from dataclasses import dataclass
from email.charset import QP, Charset
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.template import Context, Engine
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.database import database_time
from core.mail.attachments import Attachment
from core.mail.models import OutgoingEmail
from core.people import names
from core.people.email_addresses import validate_address
from core.practice.models import Practice

LINE = 78
# What PostgreSQL or a mail program cannot take: NUL and other controls, halves of surrogate pairs.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Quoted-printable everywhere: lines stay short and every byte is ASCII, whatever relays it meets.
_utf8 = Charset("utf-8")
_utf8.body_encoding = QP

# Media queries stay in the head, for phones and dark mode; every other rule becomes an attribute.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class Undeliverable(Exception):
    """No server can take this e-mail. Its text says why, for staff to read."""


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Render `mail/<template>.txt` and `.html` in the active language, with `practice` added.

    What a person typed reaches a template as `greeting` only, made from `name`. The text file
    starts with `Subject: …` and a blank line. It is not HTML-escaped, and its long lines are
    wrapped. Raises TemplateDoesNotExist or ValueError when the template is not complete.
    """
    engine = Engine.get_default()
    values = {**context, "greeting": greeting(context.get("name", ""))}
    values.pop("name", None)
    if "practice" not in values:
        values["practice"] = Practice.current()
    plain = engine.get_template(f"mail/{template}.txt").render(Context(values, autoescape=False))
    head, _, text = fit(plain).lstrip().partition("\n\n")
    if not head.startswith("Subject:"):
        raise ValueError(f"mail/{template}.txt must start with 'Subject: …' and a blank line")
    subject = one_line(head.removeprefix("Subject:"))
    html = engine.get_template(f"mail/{template}.html")
    return Rendered(
        subject=subject,
        text=wrapped(text),
        html=fit(html.render(Context({**values, "subject": subject}))),
    )


def greeting(name: str) -> str:
    """Return the first line of a mail. It calls nobody by what is not a name: see `guard.names`."""
    called = names.for_mail(name)
    return _("Hello %(name)s,") % {"name": called} if called else _("Hello,")


def fit(text: str) -> str:
    """Without the characters that a database or a mail program refuses; line ends are `\\n`."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Make every run of white space, line ends too, one space: for a header."""
    return " ".join(text.split())


def wrapped(text: str) -> str:
    """Break lines at 78 characters, links kept whole, never two blank lines together."""
    lines = [part for line in text.splitlines() for part in _wrap(line.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _wrap(line: str) -> list[str]:
    if len(line) <= LINE:
        return [line]
    return textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False)


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
            "Date": format_datetime(database_time.now()),
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
