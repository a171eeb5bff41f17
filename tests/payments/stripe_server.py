"""A local server that speaks what payments use of Stripe's API, as strictly as Stripe does.

Keys and versions are checked, parameters that an endpoint does not know are refused, a POST without
an Idempotency-Key is refused (ours, not Stripe's: none of ours may do without), one that comes
again is answered as before, and one with other parameters is refused. What a person does on
Stripe's own pages is done by methods: `pay`, `type_card`, `close`.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY, SECRET = "sk_test_" + "a" * 24, "whsec_" + "b" * 32
VERSION = "2026-10-28.endive"
DECLINED = {
    "pm_declined": ("card_declined", "insufficient_funds"),
    "pm_3ds": ("authentication_required", "authentication_required"),
}
SESSION = {
    *("mode", "payment_method_types", "client_reference_id", "line_items", "metadata", "customer"),
    *("payment_intent_data", "setup_intent_data", "locale", "expires_at", "success_url"),
    *("cancel_url", "expand"),
}
INTENT = {
    *("amount", "currency", "customer", "payment_method", "payment_method_types", "off_session"),
    *("confirm", "metadata", "expand", "statement_descriptor_suffix"),
}
PARAMETERS = {
    ("POST", "customers"): {"metadata"},
    ("POST", "checkout/sessions"): SESSION,
    ("GET", "checkout/sessions"): {"expand"},
    ("POST", "payment_intents"): INTENT,
    ("GET", "payment_intents"): {"customer", "created", "limit", "expand", "starting_after"},
    ("POST", "refunds"): {"payment_intent", "amount", "metadata"},
    ("GET", "refunds"): {"payment_intent", "limit"},
    ("GET", "events"): {"created", "types", "limit", "starting_after"},
}


class Refused(Exception):
    """An error as Stripe answers it."""

    def __init__(self, status: int, code: str, kind: str = "invalid_request_error", **more: Any):
        super().__init__(code)
        self.status, self.error = status, {"type": kind, "code": code, "message": code} | more


@dataclass
class StripeServer:
    """Use as a context; `url` is for STRIPE_API_URL."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    answered: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    numbers: Counter = field(default_factory=Counter)
    is_down: bool = False  # answers 503 to everything, and does nothing
    loses_answers: bool = False  # does what is asked, and drops the line
    fails: bool = False  # answers 500 to what makes something, and keeps that answer
    refund_status: str = "succeeded"
    last_key: str = ""

    def __enter__(self) -> "StripeServer":
        handler = type("Handler", (_Handler,), {"stripe": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._lock = threading.RLock()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    # ── what tests look at ──

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.objects.values() if each["object"] == kind]

    @property
    def paid(self) -> int:
        """The cents that Stripe has taken, and not given back."""
        taken = sum(i["amount"] for i in self.of("payment_intent") if i["status"] == "succeeded")
        given = sum(r["amount"] for r in self.of("refund") if r["status"] != "failed")
        return taken - given

    def posts(self, path: str) -> list[dict[str, Any]]:
        return [sent for method, asked, sent in self.asked if (method, asked) == ("POST", path)]

    # ── what people do on Stripe's pages ──

    def pay(self, url: str, last4: str = "4242") -> dict[str, Any]:
        """A person pays on the page of this address; return the event that Stripe tells of it."""
        session = self._session(url)
        if session["status"] != "open":
            raise Refused(400, "session_not_open")
        told = session["_told"].get("payment_intent_data", {})
        intent = self._intent(session["amount_total"], told.get("metadata", {}), last4)
        intent["statement_descriptor_suffix"] = told.get("statement_descriptor_suffix")
        intent["status"] = "succeeded"
        session.update(status="complete", payment_status="paid", payment_intent=intent["id"])
        self.tell("payment_intent.succeeded", intent)
        return self.tell("checkout.session.completed", session)

    def type_card(self, url: str, method: str = "pm_good", last4: str = "4242") -> dict[str, Any]:
        session = self._session(url)
        number = f"{method}_{self._next('method')}"
        card = {"brand": "visa", "last4": last4, "exp_month": 4, "exp_year": 2031}
        customer = session["customer"]
        self.objects[number] = {
            "id": number, "object": "payment_method", "card": card, "customer": customer,
        }  # fmt: skip
        setup = self._new("setup_intent", "seti", payment_method=number, status="succeeded")
        session.update(status="complete", payment_status="no_payment_required")
        session["setup_intent"] = setup["id"]
        return self.tell("checkout.session.completed", session)

    def close(self, url: str) -> dict[str, Any]:
        """The page of this address has stood open too long."""
        session = self._session(url)
        session["status"] = "expired"
        return self.tell("checkout.session.expired", session)

    def give_back(self, intent: str, amount: int) -> dict[str, Any]:
        """Somebody gives money back in Stripe's own pages."""
        refund = self._new(
            "refund", "re", payment_intent=intent, amount=amount, status="succeeded", metadata={}
        )
        return self.tell("refund.created", refund)

    def dispute(self, intent: str, status: str = "needs_response") -> dict[str, Any]:
        made = self._new("dispute", "du", payment_intent=intent, status=status)
        return self.tell("charge.dispute.created", made)

    def tell(self, kind: str, subject: dict[str, Any]) -> dict[str, Any]:
        shown = {key: value for key, value in subject.items() if not key.startswith("_")}
        event = {
            "id": f"evt_{self._next('event')}", "object": "event", "type": kind,
            "created": int(time.time()), "api_version": VERSION, "livemode": False,
            "data": {"object": json.loads(json.dumps(shown))},
        }  # fmt: skip
        self.events.append(event)
        return event

    # ── the API ──

    def answer(self, method: str, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        parts = path.split("/")
        if path == "account":
            return {
                "id": "acct_1", "object": "account", "business_profile": {"name": "CN Office"},
                "settings": {"payments": {"statement_descriptor": "CN OFFICE"}},
            }  # fmt: skip
        name = "/".join(parts[:2]) if parts[0] == "checkout" else parts[0]
        rest = parts[2:] if parts[0] == "checkout" else parts[1:]
        known = PARAMETERS.get((method, name), set()) if not rest else {"expand"}
        for unknown in sent.keys() - known:
            raise Refused(400, "parameter_unknown", param=unknown)
        if not rest:
            return getattr(self, f"_{method.lower()}_{name.replace('/', '_')}")(sent)
        found = self.objects.get(rest[0])
        if found is None or found.get("deleted"):
            raise Refused(404, "resource_missing")
        if method == "DELETE":
            found["deleted"] = True
            return {"id": found["id"], "object": "customer", "deleted": True}
        if len(rest) == 2:
            return getattr(self, f"_{rest[1]}")(found)
        return self._expanded(found, sent.get("expand", []))

    def _post_customers(self, sent: dict[str, Any]) -> dict[str, Any]:
        return self._new("customer", "cus", metadata=sent.get("metadata", {}))

    def _post_checkout_sessions(self, sent: dict[str, Any]) -> dict[str, Any]:
        _require(sent, "mode", "success_url", "expires_at")
        # Stripe: between 30 minutes and 24 hours after creation. Its clock is the test's.
        if sent["mode"] == "payment":
            _require(sent, "line_items")
        if sent["mode"] == "setup" and "line_items" in sent:
            raise Refused(400, "parameter_invalid_empty", param="line_items")
        price = [line["price_data"] for line in sent.get("line_items", [])]
        total = sum(int(each["unit_amount"]) for each in price)
        if sent["mode"] == "payment" and total < 50:
            raise Refused(400, "amount_too_small")
        if sent.get("customer"):
            self._known(sent["customer"])
        session = self._new(
            "checkout.session", "cs_test",
            mode=sent["mode"], status="open", payment_status="unpaid", amount_total=total,
            payment_intent=None, setup_intent=None, customer=sent.get("customer"),
            metadata=sent.get("metadata", {}), client_reference_id=sent.get("client_reference_id"),
            expires_at=int(sent["expires_at"]),
        )  # fmt: skip
        session["url"] = f"{self.url}/c/pay/{session['id']}"
        session["_told"] = sent
        return session

    def _expire(self, session: dict[str, Any]) -> dict[str, Any]:
        if session["status"] != "open":
            raise Refused(400, "session_not_open")
        session["status"] = "expired"
        self.tell("checkout.session.expired", session)
        return session

    def _detach(self, method: dict[str, Any]) -> dict[str, Any]:
        if method["customer"] is None:
            raise Refused(400, "payment_method_unexpected_state")
        method["customer"] = None
        return method

    def _post_payment_intents(self, sent: dict[str, Any]) -> dict[str, Any]:
        _require(sent, "amount", "currency", "payment_method", "customer")
        method = self._known(sent["payment_method"])
        if method["customer"] != sent["customer"]:
            raise Refused(400, "payment_method_customer_mismatch")
        last4 = method["card"]["last4"]
        intent = self._intent(int(sent["amount"]), sent.get("metadata", {}), last4)
        intent["customer"] = sent["customer"]
        intent["statement_descriptor_suffix"] = sent.get("statement_descriptor_suffix")
        for name, (code, reason) in DECLINED.items():
            if sent["payment_method"].startswith(name):
                intent["status"] = "requires_payment_method"
                intent["last_payment_error"] = {"code": code, "decline_code": reason}
                self.tell("payment_intent.payment_failed", intent)
                raise Refused(
                    402, code, "card_error", decline_code=reason, payment_intent=_shown(intent)
                )
        intent["status"] = "succeeded"
        self.tell("payment_intent.succeeded", intent)
        return self._expanded(intent, sent.get("expand", []))

    def _get_payment_intents(self, sent: dict[str, Any]) -> dict[str, Any]:
        rows = [each for each in self.of("payment_intent") if each["customer"] == sent["customer"]]
        expand = [name.removeprefix("data.") for name in sent.get("expand", [])]
        return _list("payment_intents", [self._expanded(row, expand) for row in rows[::-1]])

    def _post_refunds(self, sent: dict[str, Any]) -> dict[str, Any]:
        intent = self._known(sent["payment_intent"])
        given = sum(
            each["amount"]
            for each in self.of("refund")
            if each["payment_intent"] == intent["id"] and each["status"] != "failed"
        )
        if given == intent["amount"]:
            raise Refused(400, "charge_already_refunded")
        if given + int(sent["amount"]) > intent["amount"]:
            raise Refused(400, "amount_too_large")
        refund = self._new(
            "refund", "re",
            payment_intent=intent["id"], amount=int(sent["amount"]), status=self.refund_status,
            metadata=sent.get("metadata", {}), failure_reason=None,
        )  # fmt: skip
        self.tell("refund.created", refund)
        return refund

    def _get_refunds(self, sent: dict[str, Any]) -> dict[str, Any]:
        asked = sent["payment_intent"]
        return _list("refunds", [r for r in self.of("refund") if r["payment_intent"] == asked])

    def _get_events(self, sent: dict[str, Any]) -> dict[str, Any]:
        since = int(sent["created"]["gte"])
        rows = [
            e for e in self.events[::-1] if e["created"] >= since and e["type"] in sent["types"]
        ]
        after = sent.get("starting_after")
        if after:
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        most = int(sent.get("limit", 10))
        return _list("events", rows[:most]) | {"has_more": len(rows) > most}

    # ── inside ──

    def _intent(self, amount: int, metadata: dict[str, Any], last4: str) -> dict[str, Any]:
        details = {"type": "card", "card": {"brand": "visa", "last4": last4}}
        charge = self._new("charge", "ch", payment_method_details=details)
        return self._new(
            "payment_intent", "pi",
            amount=amount, status="requires_confirmation", metadata=metadata, customer=None,
            latest_charge=charge["id"], last_payment_error=None, currency="usd",
        )  # fmt: skip

    def _new(self, kind: str, prefix: str, **values: Any) -> dict[str, Any]:
        number = f"{prefix}_{self._next(prefix):06d}"
        self.objects[number] = {"id": number, "object": kind, "created": int(time.time())} | values
        return self.objects[number]

    def _next(self, name: str) -> int:
        self.numbers[name] += 1
        return self.numbers[name]

    def _known(self, number: str) -> dict[str, Any]:
        if number not in self.objects or self.objects[number].get("deleted"):
            raise Refused(400, "resource_missing")
        return self.objects[number]

    def _session(self, url: str) -> dict[str, Any]:
        return self._known(urlsplit(url).path.rpartition("/")[2])

    def _expanded(self, row: dict[str, Any], names: list[str]) -> dict[str, Any]:
        row = json.loads(json.dumps(_shown(row)))
        for name in names:
            first, _, rest = name.partition(".")
            if first not in row:
                raise Refused(400, "property_not_expandable", param=name)
            if isinstance(row[first], str):
                row[first] = _shown(self.objects[row[first]])
            if rest and row[first]:
                row[first] = self._expanded(row[first], [rest])
        return row


class _Handler(BaseHTTPRequestHandler):
    stripe: StripeServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = urlsplit(self.path)
        if parts.path.startswith("/c/pay/"):
            self._page(parts.path)
            return
        sent = nested(body if self.command == "POST" else parts.query)
        with self.stripe._lock:
            status, answer, is_old = self._answer(parts.path.removeprefix("/v1/"), sent)
        if status == 0:
            self.connection.close()
            self.close_connection = True
            return
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Request-Id", "req_1")
        if is_old:
            self.send_header("Idempotent-Replayed", "true")
        self.end_headers()
        self.wfile.write(text)

    def _page(self, path: str) -> None:
        """Stripe's own page, with one button, for a browser."""
        session = self.stripe._session(path)
        if self.command == "POST":
            url = session["url"]
            done = self.stripe.pay if session["mode"] == "payment" else self.stripe.type_card
            done(url)
            self.send_response(303)
            self.send_header("Location", session["_told"]["success_url"])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        words = (
            f"<title>Stripe</title><form method=post><button>Do it</button></form>{self.headers}"
        )
        text = words.replace("\n", "<br>").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _answer(self, path: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any], bool]:
        stripe = self.stripe
        if stripe.is_down:
            return 503, {"error": {"type": "api_error", "message": "away"}}, False
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {"error": {"type": "invalid_request_error", "message": "key"}}, False
        if self.headers.get("Stripe-Version") != VERSION:
            return 400, {"error": {"type": "invalid_request_error", "message": "version"}}, False
        stripe.asked.append((self.command, path, sent))
        if self.command != "POST":
            return *self._do(path, sent), False
        key = self.headers.get("Idempotency-Key", "")
        said = f"{path} {json.dumps(sent, sort_keys=True)}"
        if key in stripe.answered:
            before, status, answer = stripe.answered[key]
            if before != said:
                kind = "idempotency_error"
                return 400, {"error": {"type": kind, "code": kind, "message": "other"}}, False
            return status, answer, True
        if stripe.fails:
            status, answer = 500, {"error": {"type": "api_error", "message": "broken"}}
        else:
            status, answer = self._do(path, sent)
        # What fails its validation is not kept.
        if status != 400:
            stripe.answered[key] = (said, status, json.loads(json.dumps(answer)))
        return (0 if stripe.loses_answers else status), answer, False

    def _do(self, path: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return 200, _shown(self.stripe.answer(self.command, path, sent))
        except Refused as refused:
            return refused.status, {"error": refused.error}


def nested(query: str) -> dict[str, Any]:
    """Return `a[b][0]=c` as {"a": {"b": ["c"]}}, as Stripe reads forms."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        keys = re.findall(r"[^\[\]]+", name)
        here = found
        for key in keys[:-1]:
            here = here.setdefault(key, {})
        here[keys[-1]] = value
    return _lists(found)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(each) for key, each in value.items()}


def _list(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    url = f"/v1/{name}"
    return {"object": "list", "url": url, "has_more": False, "data": [_shown(r) for r in rows]}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if not key.startswith("_")}


def _require(sent: dict[str, Any], *names: str) -> None:
    for name in names:
        if name not in sent:
            raise Refused(400, "parameter_missing", param=name)


def signature(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    """Return the header by which Stripe signs a report."""
    stamp = int(time.time() if at is None else at)
    text = f"{stamp}.".encode() + body
    return f"t={stamp},v1={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"
