"""What an error while sending means: try again, or give up, and the sentence that tells staff."""

import smtplib
from dataclasses import dataclass
from http import HTTPStatus

from celery.exceptions import SoftTimeLimitExceeded
from django.utils.translation import gettext as _

from core.mail.message import Undeliverable
from core.mail.refusals import About, about

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


@dataclass(frozen=True)
class Failure:
    """What one attempt that failed means."""

    about: About
    permanent: bool = False  # the same would be refused again, however often it is tried
    by_server: bool = True  # else it is our own error, or the address is none


def failure(error: Exception) -> Failure:
    """Return what an error while sending means."""
    if isinstance(error, Undeliverable):
        return Failure(About.RECIPIENT, permanent=True, by_server=False)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return Failure(about(code, _words(text), of_recipient=True), _is_final(code))
    if isinstance(error, smtplib.SMTPDataError):
        meant = about(error.smtp_code, _words(error.smtp_error), of_recipient=False)
        return Failure(meant, _is_final(error.smtp_code))
    if isinstance(error, smtplib.SMTPResponseException):
        permanent = _is_final(error.smtp_code) and not isinstance(error, _SENDER_REJECTED)
        return Failure(About.SENDER, permanent)
    if _http_status(error):
        return _http_failure(error)
    if isinstance(error, OSError | SoftTimeLimitExceeded):  # no server, or a silent one
        return Failure(About.SENDER)
    return Failure(About.MOMENT, by_server=False)


def _http_failure(error: Exception) -> Failure:
    status = _http_status(error)
    if not 400 <= status < 500 or status in _HTTP_SENDER_REJECTED:
        return Failure(About.SENDER)
    return Failure(about(550, str(error), of_recipient=True), permanent=True)


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
    return _("The mail server answered: %s") % _short(f"{code} {_words(text)}")


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _short(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:500]
