"""What an error while sending means: try again, or give up, and the sentence that tells staff."""

import smtplib
from http import HTTPStatus

from celery.exceptions import SoftTimeLimitExceeded
from django.utils.translation import gettext as _

# The server refuses us, not this e-mail: another attempt may work once somebody has set it right.
_SENDER_REJECTED = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)
_AUTHENTICATION_CODES = {530, 534, 535, 538}
_HTTP_SENDER_REJECTED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class Undeliverable(Exception):
    """No server can take this e-mail. Its text says why, for staff to read."""


def is_permanent(error: Exception) -> bool:
    """Return whether this e-mail would be refused again, however often it is tried."""
    if isinstance(error, Undeliverable):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(_is_final(code) for code, _text in error.recipients.values())
    if isinstance(error, _SENDER_REJECTED):
        return False
    if isinstance(error, smtplib.SMTPResponseException):
        return _is_final(error.smtp_code)
    status = _http_status(error)
    return 400 <= status < 500 and status not in _HTTP_SENDER_REJECTED


def _http_status(error: Exception) -> int:
    """Senders that speak HTTP (django-anymail) put the answer's status on the error; else 0."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else 0


def _is_final(code: int) -> bool:
    return 500 <= code < 600 and code not in _AUTHENTICATION_CODES


def reason(error: Exception) -> str:
    """Return one line for staff. It may repeat the address: it belongs in the row and in no log."""
    if isinstance(error, Undeliverable):
        return str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _answer(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError | SoftTimeLimitExceeded):
        return _("The mail server did not answer in time.")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _("The mail server closed the connection.")
    if _http_status(error):
        return _answer(_http_status(error), str(error))
    if isinstance(error, OSError):
        return _("No connection to the mail server: %s") % (error.strerror or _short(str(error)))
    return _short(f"{type(error).__name__}: {error}")


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _("The mail server answered: %s") % _short(f"{code} {words}")


def _short(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:500]
