"""Every address of the site, made from its routes. One without an example fails the crawl."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.urls import URLResolver, get_resolver, reverse

from appointments import links
from appointments.admin.workflow_actions import ACTIONS as VISIT_ACTIONS
from appointments.booking import returning_patient
from appointments.waitlist import links as place_links
from articles.admin.comments import ACTIONS as COMMENT_ACTIONS
from articles.admin.workflow_actions import ACTIONS as ARTICLE_ACTIONS
from articles.comments import links as comment_links
from articles.links import preview_links
from core.sms import providers
from newsletter import links as reader_links
from newsletter.admin.workflow_actions import ACTIONS as ISSUE_ACTIONS
from newsletter.bounces.webhooks import READERS
from pages.text_pages.workflow_actions import ACTIONS as TEXT_ACTIONS
from payments import links as payment_links
from tests.crawl.world import World
from visits.intake.form_names import FORMS

# Which row a page of payments is of.
BOOKS = {
    "admin:payments_receipt": "payments.payment",
    "admin:payments_superbill": "payments.superbill",
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ACTIONS = {
    "articles.article": ARTICLE_ACTIONS,
    "articles.comment": COMMENT_ACTIONS,
    "appointments.appointment": VISIT_ACTIONS,
    "newsletter.issue": ISSUE_ACTIONS,
    "pages.textpage": TEXT_ACTIONS,
}


class Address(NamedTuple):
    route: str
    path: str
    label: str  # of the model whose pages in the admin it is one of
    is_link: bool  # whoever knows it was sent it: it opens what belongs to one person
    view: Callable[..., Any]


def addresses(world: World) -> list[Address]:
    return [address for route in _routes() for address in _of(*route, world)]


def _routes() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: list, before: str, space: str) -> Iterator[tuple[str, str, Callable]]:
    for each in patterns:
        pattern = before + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _walk(each.url_patterns, pattern, inner)
        else:
            yield f"{space}{each.name or ''}", pattern, each.callback


def _of(route: str, pattern: str, view: Callable[..., Any], world: World) -> Iterator[Address]:
    label = _label(pattern)
    if "(?P<" in pattern:
        found = _links(world)
        paths = found[route] if route in found else _others(world).get(route, [])
        assert paths, f"{route}: give it an example in tests/crawl/addresses.py"
        for path in paths:
            yield Address(route, path, label, route in found, view)
        return
    names = PARAMETER.findall(pattern)
    choices = [_values(route, name, label, world) for name in names]
    for values in itertools.product(*choices):
        path = pattern
        for name, value in zip(names, values, strict=True):
            path = re.sub(rf"<(?:\w+:)?{name}>", lambda _, value=value: str(value), path, count=1)
        yield Address(route, f"/{path}", label, route == "appointments:email_proof_accept", view)


def _label(pattern: str) -> str:
    parts = pattern.split("/")
    label = ".".join(parts[1:3])
    if label == "visits.room":  # a page of an appointment, whose key stands behind it
        return ""
    return label if parts[0] == "admin" and len(parts) > 3 and "<" not in label else ""


def _values(route: str, name: str, label: str, world: World) -> list[Any]:
    """What may stand for a parameter of this route."""
    if name == "pk" and route in BOOKS:
        return [world.row(BOOKS[route]).pk]
    if name == "pk" and route == "admin:payments_visit":
        return [world.row("payments.charge").appointment_id]
    if label and name in ("object_id", "pk"):
        return [world.row(label).pk]
    if name == "pk" and route.startswith("admin:visits_"):
        return [world.row("appointments.appointment").pk]
    if route == "admin:patient_accounts":
        return [world.row("appointments.patient").pk]
    if label and name == "name" and "decide" not in route:
        return list(ACTIONS[label])
    found = _public(route, world) | {
        "content_type_id": [world.content_type],
        "object_id": [world.row("articles.article").pk],
        "pk": [_key(route, world)],
        "delivery": [world.row("newsletter.delivery").pk],
        "merge": [1],
        "call": [1],
        "name": ["naltrexone-takes-the-seat"] if ".svg" in route else ["resend", "mark-sent"],
        "kind": ["csv", "json"],
        "number": [1],
        "provider": [world.row("appointments.provider").pk],
        "day": ["2026-11-30"],
        "state": ["tn"],
        "uid": [world.row("appointments.hold").uid],
        "section": ["pages", "articles", "topics", "issues", "providers", "states"],
        "key": ["nothing"],
        "template": ["appointment_booked"],
        "language": ["en", "es"],
        "path": [world.row("articles.imageasset").file.name],
        "token": [returning_patient.make("grace@example.org", returning=True)],
        "service": [world.row("appointments.service").slug],
    }
    assert name in found, f"{route}: give {name} an example in tests/crawl/addresses.py"
    return found[name]


def _key(route: str, world: World) -> int:
    """Return the key of what a page of no model shows."""
    found = {
        "admin:visit_answers": ("visits.questionnaireresponse", "appointment_id"),
        "admin:message_thread": ("messaging.thread", "pk"),
        "admin:message_draft": ("messaging.thread", "pk"),
        "admin:message_new": ("messaging.thread", "patient_id"),
        "admin:message_file": ("messaging.attachment", "pk"),
        "admin:message_alert_handled": ("messaging.dangeralert", "pk"),
    }
    if route not in found:
        return 1
    label, name = found[route]
    return int(getattr(world.row(label), name))


def _messages(world: World) -> dict[str, list[str]]:
    """A patient's matter and its file, which their own place shows."""
    thread, file = world.row("messaging.thread"), world.row("messaging.attachment")
    names = ("thread", "thread_draft", "read", "settle")
    found = {
        f"messaging:{name}": [reverse(f"messaging:{name}", args=[thread.key])] for name in names
    }
    return found | {"messaging:file": [reverse("messaging:file", args=[file.key])]}


def _public(route: str, world: World) -> dict[str, list[Any]]:
    if route == "pages:state":
        return {"slug": ["tennessee", "ohio", "TN"]}
    model = {
        "pages:provider": "appointments.provider",
        "pages:next_free": "appointments.provider",
        "articles:topic": "articles.topic",
        "articles:topic_feed": "articles.topic",
        "articles:contributor": "articles.contributor",
        "newsletter:issue": "newsletter.issue",
        "pages:text_versions": "pages.textpage",
        "pages:text_version": "pages.textpage",
    }.get(route, "articles.article")
    return {"slug": [world.row(model).slug]}


def _links(world: World) -> dict[str, list[str]]:
    """The private links."""
    visit, place = world.row("appointments.appointment"), world.row("appointments.waitlistentry")
    key = world.row("newsletter.subscriber").key
    pages = (
        "visit",
        "calendar",
        "reschedule",
        "reschedule_fragment",
        "cancel",
        "confirm",
        "visit_waitlist_entry",
    )
    soon = world.row("visits.questionnaireresponse").appointment
    token = links.token(soon)
    places = tuple(f"waitlist{step}" for step in ("", "_accept", "_decline", "_keep", "_leave"))
    return (
        {f"appointments:{name}": [links.page(visit, name)] for name in pages}
        | {f"appointments:{name}": [place_links.page(place, name)] for name in places}
        | {
            "appointments:done": [links.handed_page(visit)],
            "visits:forms": [reverse("visits:forms", args=[token])],
            **{
                f"visits:{name}": [reverse(f"visits:{name}", args=[token, form]) for form in FORMS]
                for name in ("form", "form_save", "form_revoke")
            },
            "sms:short_link": [urlsplit(world.short_link).path],
            "appointments:calendar_feed": [urlsplit(world.feed).path],
            "portal:calendar_feed": [urlsplit(world.calendar).path],
            "articles:preview": [preview_links.link(world.row("articles.article"))],
            "articles:comment": [comment_links.page(world.row("articles.comment"))],
            "newsletter:confirm": [reverse("newsletter:confirm", args=["a" * 32])],
            "newsletter:preferences": [reader_links.preferences_path(key)],
            "newsletter:unsubscribe": [reader_links.unsubscribe_path(key)],
        }
        | _rooms(visit)
        | _payments(world)
        | {
            f"visits:{name}": [reverse(f"visits:{name}", args=[world.guest])]
            for name in ("guest", "guest_ticket")
        }
    )


def _rooms(visit: Any) -> dict[str, list[str]]:
    """What a patient opens before and in the room, and what its page asks."""
    names = ("check", "guests", "room", "ticket", "phone", "leave", "report")
    token = links.token(visit)
    return {f"visits:{name}": [reverse(f"visits:{name}", args=[token])] for name in names}


def _payments(world: World) -> dict[str, list[str]]:
    """What a guest opens of one visit's payments, and where Stripe leads back to."""
    visit, payment = world.row("payments.charge").appointment, world.row("payments.payment")
    token, bill = payment_links.MAILED.sign(visit.key), world.row("payments.superbill").uid
    more = {"receipt": [payment.uid], "superbill": [bill], "go": [payment.uid]}
    names = ("visit", "pay", "check", "go", "keep_card", "remove_card", "receipt", "superbill")
    found = {
        f"payments:{name}": [reverse(f"payments:{name}", args=[token, *more.get(name, [])])]
        for name in names
    }
    returned = reverse("payments:returned", args=[payment_links.RETURNED.sign(payment.uid)])
    return found | {"payments:returned": [returned]}


def _my_payments(world: World) -> dict[str, list[str]]:
    """The same inside a patient's account, which nobody here is signed in to."""
    visit, payment = world.row("payments.charge").appointment, world.row("payments.payment")
    more = {
        "receipt": [payment.uid],
        "superbill": [world.row("payments.superbill").uid],
        "go": [payment.uid],
    }
    names = ("visit", "pay", "check", "go", "keep_card", "remove_card", "receipt", "superbill")
    return {
        f"payments:my_{name}": [
            reverse(f"payments:my_{name}", args=[visit.pk, *more.get(name, [])])
        ]
        for name in names
    }


def _others(world: World) -> dict[str, list[str]]:
    labels = ("staff", "pages", "mail", "sms", "articles", "appointments", "newsletter", "visits")
    labels += ("payments", "messaging")
    return (
        _my_payments(world)
        | _messages(world)
        | {
            "newsletter_webhooks:webhook": [f"/newsletter/webhooks/{name}/" for name in READERS],
            "sms:webhook": [f"/texts/webhooks/{name}/" for name in providers.KINDS],
            "account_reset_password_from_key": [
                "/accounts/password/reset/key/1-set-password/",
                "/accounts/password/reset/key/zzzzzzzzzzzzzzzz-aaa-bbb/",
            ],
            "admin:app_list": [f"/admin/{label}/" for label in labels],
            "admin:": ["/admin/nothing/", "/admin/nothing"],
        }
    )
