"""Telnyx's messaging, by its HTTP API v2.

Sources: developers.telnyx.com, "Send a message", "Messaging error codes", "Advanced opt-in/out";
how calls are signed in `telnyx/webhook.py` of github.com/team-telnyx/telnyx-python.
"""

import base64
import binascii
import json
from http import HTTPStatus
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from core.database import database_time
from core.sms.providers import http_api
from core.sms.providers.base import Outcome, Provider, Reason, Received, Report, Taken

TOLERANCE = 300  # seconds, as in Telnyx's own library
_REASONS = {
    "10002": Reason.WRONG_NUMBER,
    "40001": Reason.LANDLINE,
    "40012": Reason.WRONG_NUMBER,
    "40300": Reason.STOPPED,
    "40310": Reason.WRONG_NUMBER,
    **dict.fromkeys(("10007", "10011", "40006", "40011", "40014", "40318"), Reason.MOMENT),
    **dict.fromkeys(
        ("10009", "20002", "20006", "20012", "20100", "40003", "40010", "40013"), Reason.ACCOUNT
    ),
    **dict.fromkeys(("40305", "40306", "40312", "40313", "40314", "40333"), Reason.ACCOUNT),
}
_OUTCOMES = {
    **dict.fromkeys(("queued", "sending", "sent"), Outcome.ACCEPTED),
    "delivered": Outcome.DELIVERED,
    "delivery_unconfirmed": Outcome.ACCEPTED,
    **dict.fromkeys(("sending_failed", "delivery_failed", "expired"), Outcome.UNDELIVERED),
}


class Telnyx(Provider):
    """One messaging profile."""

    name = "telnyx"

    def send(self, *, to: str, text: str, reference: str) -> Taken:
        """Send it by POST to /v2/messages; what is reported later has our reference as its tag."""
        sent = {
            "from": self.address.sender,
            "to": to,
            "text": text,
            "type": "SMS",
            "tags": [reference],
            "webhook_url": http_api.report_url(self.name),
            "use_profile_webhooks": False,
        }
        status, said = http_api.ask(
            f"{self.address.root}/v2/messages",
            json.dumps(sent).encode(),
            kind="application/json",
            authorization=f"Bearer {self.address.user}",
        )
        if status == HTTPStatus.OK and (name := said.get("data", {}).get("id")):
            return Taken(str(name), _cost(said["data"]))
        code, title = _error(said) or (str(status), "")
        raise http_api.refusal(status, code, title, _REASONS, number=to)

    def read(self, request: HttpRequest) -> list[Report | Received]:
        """Read JSON that Telnyx has signed: the status of a text, or a text to us."""
        self._verify(request)
        # nosemgrep: request-body-read-by-hand  (signed by Telnyx; `views` takes what is unreadable)
        event = json.loads(request.body)["data"]
        told = event["payload"]
        if event["event_type"] == "message.received":
            answered = bool(told.get("autoresponse_type"))
            number = told["from"]["phone_number"]
            return [Received(f"{self.name}:{told['id']}", number, told["text"], answered)]
        reader = told["to"][0]
        outcome = _OUTCOMES.get(reader["status"])
        if outcome is None:
            return []
        code, title = _error(told) or ("", "")
        return [
            Report(
                reference=next(iter(told.get("tags") or [""])),
                provider_id=told["id"],
                outcome=outcome,
                reason=_REASONS.get(code),
                words=http_api.words(code, title, number=str(reader.get("phone_number", ""))),
                cost=_cost(told),
            )
        ]

    def _verify(self, request: HttpRequest) -> None:
        """The moment of the call and its body, by the key that stands in Telnyx's portal."""
        moment = request.headers.get("Telnyx-Timestamp", "")
        try:
            signature = base64.b64decode(
                request.headers.get("Telnyx-Signature-Ed25519", ""), validate=True
            )
            key = Ed25519PublicKey.from_public_bytes(
                base64.b64decode(self.address.options["public_key"])
            )
            # nosemgrep: request-body-read-by-hand  (a signature is of the bytes)
            key.verify(signature, f"{moment}|".encode() + request.body)
            age = database_time.now().timestamp() - int(moment)
        except (InvalidSignature, ValueError, binascii.Error) as error:
            raise SuspiciousOperation("Not signed by Telnyx") from error
        if abs(age) > TOLERANCE:
            raise SuspiciousOperation("Signed by Telnyx at another time")


def _error(said: dict[str, Any]) -> tuple[str, str] | None:
    """The first of its errors: code and title. Its detail names the numbers."""
    errors = said.get("errors") or []
    return (str(errors[0].get("code", "")), str(errors[0].get("title", ""))) if errors else None


def _cost(told: dict[str, Any]) -> Any:
    return http_api.money((told.get("cost") or {}).get("amount"))
