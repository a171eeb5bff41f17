"""Local servers that speak the providers' protocols, strictly, and sign what they report.

Written from the providers' documents, apart from our own code: what a field is called and how a
call is signed stands here a second time.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

SENDER = "+16155550100"
Answer = tuple[int, dict[str, Any]]


class ProviderServer:
    """One account of a provider: takes texts, and refuses what the provider would refuse.

    `taken` are the texts it has taken: number, words and our reference. `refusals` are answers by
    number; `loses` says how many answers are lost on the way although the text was taken.
    """

    name: ClassVar[str]
    codes: ClassVar[dict[str, str]]  # of what it says, by our word for it

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.refusals: dict[str, Answer] = {}
        self.loses = 0
        self.busy: Answer | None = None
        self.before_answer: Callable[[dict[str, str]], None] = lambda text: None
        self._lock = threading.Lock()

    def __enter__(self) -> "ProviderServer":
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer._serve(self, body)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def _serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        status, said = self.busy or self.answer(handler.path, dict(handler.headers), body)
        if 200 <= status < 300:
            with self._lock:
                loses, self.loses = self.loses, max(0, self.loses - 1)
            self.before_answer(self.taken[-1])
            if loses:
                handler.close_connection = True
                return
        octets = json.dumps(said).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(octets)))
        handler.end_headers()
        handler.wfile.write(octets)

    def take(self, number: str, words: str, reference: str) -> str | Answer:
        """Take a text; return its name here, or why it is refused."""
        if number in self.refusals:
            return self.refusals[number]
        name = self.new_name()
        with self._lock:
            self.taken.append({"to": number, "text": words, "ref": reference, "id": name})
        return name

    # What each provider is: below.
    url: str

    def new_name(self) -> str:
        return str(uuid4())

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        raise NotImplementedError

    def refusal(self, what: str) -> Answer:
        """Return what it answers for this reason."""
        raise NotImplementedError

    def report(self, text: dict[str, str], status: str, code: str = "") -> dict[str, Any]:
        """Return what the test client posts where it reports a text, signed."""
        raise NotImplementedError

    def inbound(self, number: str, words: str, *, name: str = "", **also: Any) -> dict[str, Any]:
        """Return the same where somebody has sent a text to the clinic."""
        raise NotImplementedError


class TwilioServer(ProviderServer):
    name = "twilio"
    sid, token = "AC" + "0" * 32, "t0ken" * 6
    codes: ClassVar = {
        **{"landline": "21614", "wrong_number": "21211", "stopped": "21610"},
        **{"account": "20003", "refused": "21617", "moment": "20429"},
    }
    reported: ClassVar = {"landline": "30006", "wrong_number": "30005", "moment": "30003"}
    delivered, undelivered, on_its_way = "delivered", "undelivered", "sent"

    @property
    def url(self) -> str:  # type: ignore[override]
        return f"twilio+http://{self.sid}:{self.token}@{self.host}?from={SENDER}"

    def new_name(self) -> str:
        return "SM" + uuid4().hex

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        expected = base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        if headers.get("Authorization") != f"Basic {expected}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if path != f"/2010-04-01/Accounts/{self.sid}/Messages.json":
            return 404, {"code": 20404, "message": "Not found", "status": 404}
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        missing = {"To", "From", "Body", "StatusCallback"} - sent.keys()
        if missing or not sent["To"].startswith("+"):
            return 400, {"code": 21604, "message": f"Missing {missing}", "status": 400}
        callback = urlsplit(sent["StatusCallback"])
        found = self.take(sent["To"], sent["Body"], parse_qs(callback.query)["ref"][0])
        if isinstance(found, tuple):
            return found
        said = {"sid": found, "status": "queued", "num_segments": "1", "price": None}
        return 201, said | {"to": sent["To"], "from": sent["From"], "error_code": None}

    def refusal(self, what: str) -> Answer:
        status = {"account": 401, "moment": 429}.get(what, 400)
        words = "The 'To' number +16155550142 cannot be reached"
        return status, {"code": int(self.codes[what]), "message": words, "status": status}

    def report(self, text: dict[str, str], status: str, code: str = "") -> dict[str, Any]:
        fields = {
            **{"MessageSid": text["id"], "MessageStatus": status, "AccountSid": self.sid},
            **{"To": text["to"], "From": SENDER, "ErrorCode": code},
        }
        return self._call(f"?ref={text['ref']}", {k: v for k, v in fields.items() if v})

    def inbound(self, number: str, words: str, *, name: str = "", **also: Any) -> dict[str, Any]:
        fields = {
            **{"MessageSid": name or self.new_name(), "AccountSid": self.sid, "NumMedia": "0"},
            **{"From": number, "To": SENDER, "Body": words},
        }
        return self._call("", fields | also)

    def _call(self, query: str, fields: dict[str, str]) -> dict[str, Any]:
        path = f"/texts/webhooks/twilio/{query}"
        signed = settings.SITE_URL + path + "".join(f"{k}{fields[k]}" for k in sorted(fields))
        mac = hmac.new(self.token.encode(), signed.encode(), "sha1").digest()
        signature = base64.b64encode(mac).decode()
        return {"path": path, "data": fields, "headers": {"X-Twilio-Signature": signature}}


class VonageServer(ProviderServer):
    name = "vonage"
    key, secret, signature_secret = "abcd1234", "s3cret" * 4, "sign" * 10
    codes: ClassVar = {
        **{"wrong_number": "1040", "account": "1070", "refused": "1050", "moment": "1000"},
    }
    reported: ClassVar = {"wrong_number": "1170", "stopped": "1240", "moment": "1180"}
    delivered, undelivered, on_its_way = "delivered", "undeliverable", "submitted"

    @property
    def url(self) -> str:  # type: ignore[override]
        account = f"{self.key}:{self.secret}@{self.host}"
        return f"vonage+http://{account}?from={SENDER}&signature_secret={self.signature_secret}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        expected = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if headers.get("Authorization") != f"Basic {expected}":
            return 401, self._problem("https://developer.vonage.com/api-errors#unauthorized", 401)
        assert (path, headers["Content-Type"]) == ("/v1/messages", "application/json")
        sent = json.loads(body)
        wrong = sent.keys() ^ {
            *("channel", "message_type", "from", "to", "text", "client_ref", "sms"),
            *("webhook_url", "webhook_version"),
        }
        if wrong or sent["to"].startswith("+") or len(sent["client_ref"]) > 100:
            return 422, self._problem("https://developer.vonage.com/api-errors/messages#1010", 422)
        assert (sent["channel"], sent["message_type"]) == ("sms", "text")
        found = self.take(f"+{sent['to']}", sent["text"], sent["client_ref"])
        return found if isinstance(found, tuple) else (202, {"message_uuid": found})

    def refusal(self, what: str) -> Answer:
        status = {"account": 402, "moment": 429}.get(what, 422)
        kind = f"https://developer.vonage.com/api-errors/messages#{self.codes[what]}"
        return status, self._problem(kind, status)

    def _problem(self, kind: str, status: int) -> dict[str, Any]:
        return {"type": kind, "title": "No 16155550142", "detail": "…", "instance": str(uuid4())}

    def report(self, text: dict[str, str], status: str, code: str = "") -> dict[str, Any]:
        told: dict[str, Any] = {
            **{"message_uuid": text["id"], "to": text["to"][1:], "from": SENDER[1:]},
            **{"timestamp": "2027-01-01T00:00:00Z", "status": status, "channel": "sms"},
            **{"client_ref": text["ref"], "usage": {"currency": "EUR", "price": "0.0333"}},
        }
        if code:
            kind = f"https://developer.vonage.com/api-errors/messages#{code}"
            told["error"] = {"type": kind, "title": code, "detail": "Not delivered"}
        return self._call(told)

    def inbound(self, number: str, words: str, *, name: str = "", **also: Any) -> dict[str, Any]:
        told = {
            **{"channel": "sms", "message_uuid": name or self.new_name(), "to": SENDER[1:]},
            **{"from": number.lstrip("+"), "timestamp": "2027-01-01T00:00:00Z"},
            **{"message_type": "text", "text": words, "sms": {"num_messages": "1"}},
        }
        return self._call(told | also)

    def _call(self, told: dict[str, Any], **claims: Any) -> dict[str, Any]:
        body = json.dumps(told)
        token = self.token(body, **claims)
        return {
            **{"path": "/texts/webhooks/vonage/", "data": body},
            **{"content_type": "application/json", "headers": {"Authorization": f"Bearer {token}"}},
        }

    def token(self, body: str, *, alg: str = "HS256", **claims: Any) -> str:
        """A JSON Web Token (RFC 7519) as Vonage makes it."""
        said = {
            **{"iat": int(time.time()), "jti": str(uuid4()), "iss": "Vonage"},
            **{"payload_hash": hashlib.sha256(body.encode()).hexdigest(), "api_key": self.key},
        }
        parts = [json.dumps(part).encode() for part in ({"alg": alg, "typ": "JWT"}, said | claims)]
        signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        mac = hmac.new(self.signature_secret.encode(), signed, hashlib.sha256).digest()
        return f"{signed.decode()}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


class TelnyxServer(ProviderServer):
    name = "telnyx"
    key = "KEY0123456789"
    codes: ClassVar = {
        **{"landline": "40001", "wrong_number": "40310", "stopped": "40300"},
        **{"account": "20100", "refused": "40302", "moment": "10011"},
    }
    reported: ClassVar = {"landline": "40001", "wrong_number": "40012", "moment": "40006"}
    delivered, undelivered, on_its_way = "delivered", "delivery_failed", "sent"

    def __init__(self) -> None:
        super().__init__()
        self.private = Ed25519PrivateKey.generate()

    @property
    def url(self) -> str:  # type: ignore[override]
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key = base64.b64encode(public).decode()
        return f"telnyx+http://{self.key}@{self.host}?from={SENDER}&public_key={key}"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("Authorization") != f"Bearer {self.key}":
            return 401, self._errors("10009", "Authentication failed")
        assert (path, headers["Content-Type"]) == ("/v2/messages", "application/json")
        sent = json.loads(body)
        if not {"from", "to", "text", "webhook_url"} <= sent.keys() or sent["type"] != "SMS":
            return 422, self._errors("10004", "Missing required parameter")
        [reference] = sent["tags"]
        found = self.take(sent["to"], sent["text"], reference)
        if isinstance(found, tuple):
            return found
        cost = {"amount": "0.0051", "currency": "USD"}
        reader = {"phone_number": sent["to"], "status": "queued", "line_type": "Wireless"}
        data = {"record_type": "message", "id": found, "parts": 1, "to": [reader], "cost": cost}
        return 200, {"data": data | {"errors": [], "tags": sent["tags"]}}

    def refusal(self, what: str) -> Answer:
        status = {"account": 403, "moment": 429}.get(what, 400)
        return status, self._errors(self.codes[what], "No +16155550142")

    def _errors(self, code: str, title: str) -> dict[str, Any]:
        return {"errors": [{"code": code, "title": title, "detail": "From … to +16155550142"}]}

    def report(self, text: dict[str, str], status: str, code: str = "") -> dict[str, Any]:
        payload = {
            **{"id": text["id"], "direction": "outbound", "tags": [text["ref"]], "parts": 1},
            **{"to": [{"phone_number": text["to"], "status": status}], "text": text["text"]},
            **{"from": {"phone_number": SENDER}, "cost": {"amount": "0.0062", "currency": "USD"}},
            "errors": [{"code": code, "title": "Not delivered"}] if code else [],
        }
        return self._call("message.finalized", payload)

    def inbound(self, number: str, words: str, *, name: str = "", **also: Any) -> dict[str, Any]:
        payload = {
            **{"id": name or self.new_name(), "direction": "inbound", "text": words},
            **{"from": {"phone_number": number}, "to": [{"phone_number": SENDER}]},
            **{"errors": [], "autoresponse_type": None},
        }
        return self._call("message.received", payload | also)

    def _call(self, kind: str, payload: dict[str, Any], *, ago: int = 0) -> dict[str, Any]:
        event = {"record_type": "event", "event_type": kind, "id": str(uuid4()), "payload": payload}
        body, moment = json.dumps({"data": event, "meta": {"attempt": 1}}), int(time.time()) - ago
        signature = base64.b64encode(self.private.sign(f"{moment}|{body}".encode())).decode()
        headers = {"Telnyx-Signature-Ed25519": signature, "Telnyx-Timestamp": str(moment)}
        return {
            **{"path": "/texts/webhooks/telnyx/", "data": body, "headers": headers},
            "content_type": "application/json",
        }


KINDS = (TwilioServer, VonageServer, TelnyxServer)
