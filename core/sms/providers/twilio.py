"""Twilio's Programmable Messaging, by its HTTP API of 2010-04-01.

Sources: the "Message resource" and "Error and warning dictionary" of www.twilio.com/docs; how calls
are signed in `twilio/request_validator.py` of github.com/twilio/twilio-python; opt-out words at
support.twilio.com (223134027, 360034798533).
"""

import base64
import hashlib
import hmac
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from core.sms.providers import http_api
from core.sms.providers.base import (
    Outcome,
    Provider,
    Reason,
    Received,
    Report,
    Taken,
)

# Both of the API's answers and of what is reported later.
_REASONS = {
    "21211": Reason.WRONG_NUMBER,
    "21217": Reason.WRONG_NUMBER,
    "21610": Reason.STOPPED,
    "21614": Reason.LANDLINE,
    "21635": Reason.LANDLINE,
    "30003": Reason.MOMENT,  # the phone is off
    "30005": Reason.WRONG_NUMBER,
    "30006": Reason.LANDLINE,
    **dict.fromkeys(
        ("20003", "20005", "21606", "21659", "21703", "30002", "30034"), Reason.ACCOUNT
    ),
    **dict.fromkeys(("20429", "14107", "21611", "30001", "30022"), Reason.MOMENT),
}
_OUTCOMES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), Outcome.ACCEPTED),
    **dict.fromkeys(("delivered", "read"), Outcome.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), Outcome.UNDELIVERED),
}
# It answers these by itself, in English, unless the account says otherwise.
_ANSWERED = {
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("START", "YES", "UNSTOP", "HELP", "INFO"),
}


class Twilio(Provider):
    """One account; `from` may be a number or a messaging service (`MG…`)."""

    name = "twilio"

    def send(self, *, to: str, text: str, reference: str) -> Taken:
        """Send it by POST to Messages.json; its callback carries our reference."""
        sender = self.address.sender
        by = "MessagingServiceSid" if sender.startswith("MG") else "From"
        callback = f"{http_api.report_url(self.name)}?ref={reference}"
        sent = {"To": to, by: sender, "Body": text, "StatusCallback": callback}
        status, said = http_api.ask(
            f"{self.address.root}/2010-04-01/Accounts/{self.address.user}/Messages.json",
            http_api.form(sent),
            kind="application/x-www-form-urlencoded",
            authorization=http_api.basic(self.address.user, self.address.password),
        )
        if status == HTTPStatus.CREATED and said.get("sid"):
            return Taken(str(said["sid"]), http_api.money(said.get("price")))
        code, title = str(said.get("code") or status), str(said.get("message", ""))
        raise http_api.refusal(status, code, title, _REASONS, number=to)

    def read(self, request: HttpRequest) -> list[Report | Received]:
        """Read a form that Twilio has signed: the status of a text, or a text to us."""
        self._verify(request)
        told = request.POST
        name = told["MessageSid"]
        if "MessageStatus" in told and told["MessageStatus"] in _OUTCOMES:
            code = told.get("ErrorCode", "")
            number = told.get("To", "")
            return [
                Report(
                    reference=request.GET.get("ref", ""),
                    provider_id=name,
                    outcome=_OUTCOMES[told["MessageStatus"]],
                    reason=_REASONS.get(code),
                    words=http_api.words(code, told.get("ErrorMessage", ""), number=number),
                )
            ]
        if told.get("MessageStatus"):  # one that we know nothing of
            return []
        word = told["Body"].strip().upper()
        answered = "OptOutType" in told or word in _ANSWERED
        return [Received(f"{self.name}:{name}", told["From"], told["Body"], answered)]

    def _verify(self, request: HttpRequest) -> None:
        """The address that was called, and each field's name and value behind it, in order."""
        signed = settings.SITE_URL + request.get_full_path()
        for field in sorted(request.POST):
            signed += "".join(
                f"{field}{value}" for value in sorted(set(request.POST.getlist(field)))
            )
        key = self.address.password.encode()
        ours = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha1).digest())
        theirs = request.headers.get("X-Twilio-Signature", "").encode()
        if not hmac.compare_digest(ours, theirs):
            raise SuspiciousOperation("Not signed by Twilio")
