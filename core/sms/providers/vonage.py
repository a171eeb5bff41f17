"""Vonage's Messages API v1, for SMS.

Sources: developer.vonage.com, "Messages API" and "API errors: Messages"; how calls are signed in
`_documentation/en/messages/concepts/signed-webhooks.md` of github.com/Nexmo/station: a JSON Web
Token (RFC 7519, HS256) by the account's signature secret, which holds the hash of the body.
"""

import base64
import binascii
import hashlib
import hmac
import json
from http import HTTPStatus
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from core.database import database_time
from core.sms.providers import http_api
from core.sms.providers.base import Outcome, Provider, Reason, Received, Report, Taken

# It tries for a day to tell what was not answered; what is told twice counts once.
TOLERANCE = 25 * 60 * 60
_REASONS = {
    "1000": Reason.MOMENT,
    "1030": Reason.MOMENT,
    "1040": Reason.WRONG_NUMBER,
    "1100": Reason.MOMENT,
    **dict.fromkeys(("1060", "1070", "1080", "1120", "1140", "1160"), Reason.ACCOUNT),
    "1170": Reason.WRONG_NUMBER,  # invalid or missing number
    "1180": Reason.MOMENT,  # absent subscriber, for now
    "1190": Reason.WRONG_NUMBER,  # absent subscriber, for good
    "1210": Reason.REFUSED,
    "1230": Reason.MOMENT,
    "1240": Reason.STOPPED,
    "1241": Reason.STOPPED,
}
_OUTCOMES = {
    "submitted": Outcome.ACCEPTED,
    **dict.fromkeys(("delivered", "read"), Outcome.DELIVERED),
    **dict.fromkeys(("rejected", "undeliverable"), Outcome.UNDELIVERED),
}


class Vonage(Provider):
    """One account, by its key and secret."""

    name = "vonage"

    def send(self, *, to: str, text: str, reference: str) -> Taken:
        """Send it by POST to /v1/messages; what is reported later carries our reference."""
        sent = {
            "channel": "sms",
            "message_type": "text",
            "from": self.address.sender.lstrip("+"),
            "to": to.lstrip("+"),
            "text": text,
            "client_ref": reference,
            "sms": {"encoding_type": "text"},
            "webhook_url": http_api.report_url(self.name),
            "webhook_version": "v1",
        }
        status, said = http_api.ask(
            f"{self.address.root}/v1/messages",
            json.dumps(sent).encode(),
            kind="application/json",
            authorization=http_api.basic(self.address.user, self.address.password),
        )
        if status == HTTPStatus.ACCEPTED and said.get("message_uuid"):
            return Taken(str(said["message_uuid"]))
        code = _code(said) or str(status)
        raise http_api.refusal(status, code, str(said.get("title", "")), _REASONS, number=to)

    def read(self, request: HttpRequest) -> list[Report | Received]:
        """Read JSON that Vonage has signed: the status of a text, or a text to us."""
        self._verify(request)
        # nosemgrep: request-body-read-by-hand  (signed by Vonage; `views` takes what is unreadable)
        told = json.loads(request.body)
        name = told["message_uuid"]
        if "status" not in told:
            number = f"+{str(told['from']).lstrip('+')}"
            return [Received(f"{self.name}:{name}", number, told["text"])]
        if told["status"] not in _OUTCOMES:
            return []
        error = told.get("error") or {}
        code = _code(error)
        words = http_api.words(code, str(error.get("title", "")), number=str(told.get("to", "")))
        return [
            Report(
                reference=str(told.get("client_ref", "")),
                provider_id=name,
                outcome=_OUTCOMES[told["status"]],
                reason=_REASONS.get(code),
                words=words,
                cost=http_api.money((told.get("usage") or {}).get("price")),
            )
        ]

    def _verify(self, request: HttpRequest) -> None:
        claims = self._claims(request.headers.get("Authorization", ""))
        # nosemgrep: request-body-read-by-hand  (nothing reads it: it is hashed)
        body = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(str(claims.get("payload_hash", "")).lower(), body):
            raise SuspiciousOperation("The body is not the one that Vonage signed")
        made = claims.get("iat")
        now = database_time.now().timestamp()
        if not isinstance(made, int | float) or abs(now - made) > TOLERANCE:
            raise SuspiciousOperation("Signed by Vonage at another time")

    def _claims(self, authorization: str) -> dict[str, Any]:
        """Return what the token says, if our secret has signed it by HS256 and nothing else."""
        kind, _space, token = authorization.partition(" ")
        signed, _dot, signature = token.rpartition(".")
        key = self.address.options["signature_secret"].encode()
        ours = hmac.new(key, signed.encode(), hashlib.sha256).digest()
        try:
            head, _dot, claims = signed.partition(".")
            named = json.loads(_decoded(head)).get("alg")
            found = json.loads(_decoded(claims))
            same = hmac.compare_digest(ours, _decoded(signature))
        except (ValueError, binascii.Error, AttributeError, RecursionError) as error:
            raise SuspiciousOperation("Not signed by Vonage") from error
        if kind != "Bearer" or named != "HS256" or not same or not isinstance(found, dict):
            raise SuspiciousOperation("Not signed by Vonage")
        return found


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _code(said: dict[str, Any]) -> str:
    """The number at the end of an error's type: `…/api-errors/messages#1050`."""
    return str(said.get("type", "")).rpartition("#")[2]
