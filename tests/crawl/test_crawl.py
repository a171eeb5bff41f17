"""Every address, as everybody, by every method, with what nobody should send: never a 500.

Nor a patient's or reader's data for whoever may not see it, nor a private page that a cache keeps.
"""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from core.staff import roles
from devstack import paths
from portal.models import PatientAccount
from tests.core.staff.people import make_staff, sign_in
from tests.crawl import enter, nasty, role_table
from tests.crawl.addresses import Address, addresses
from tests.crawl.links import Links
from tests.crawl.world import PATIENT, READER, VISITOR, World, make_world
from tests.page_forms import read_forms
from tests.portal.signing_in import sign_in_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
NOBODY, NO_FACTOR, SUPERUSER = "nobody", "without a second factor", "superuser"
SIGNED_IN = "a patient who is signed in"
EVERYBODY = [NOBODY, SIGNED_IN, NO_FACTOR, *roles.ROLES, SUPERUSER]
SEE_PATIENTS = {"front desk", "clinician", "privacy officer", "manager", SUPERUSER, SIGNED_IN}
SEE_READERS = {"newsletter editor", "manager", SUPERUSER}
PRIVATE = re.compile(r"/(admin|accounts|appointments|me|book/(details|done))/")
# Scripts without anybody's data; calendar programs ask for a feed every few minutes.
KEPT = {"admin:jsi18n", "appointments:calendar_feed", "portal:calendar_feed"}
# What a browser never sends to a page, and a scanner does.
METHODS = ["options", "put", "patch", "delete", "trace"]
SHOWS_ONLY = ("_history", "_changelist", "admin:")
ALIKE = ("_history", "_delete", "_changelist", "_add", "_change")
# Whoever is shown most in each part of the site: there the most code reads what was sent.
PARTS = [
    (NOBODY, "/"),
    *((SUPERUSER, f"/admin/{part}") for part in ("appointments", "articles", "newsletter", "")),
    (SUPERUSER, "/accounts/"),
    (SIGNED_IN, "/me/"),
]


@pytest.fixture
def world(settings, tmp_path, monkeypatch) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(paths, "MAILDIR", tmp_path / "mail")  # it throws all mail away
    settings.STAFF_MFA_REQUIRED = True
    settings.NEWSLETTER_WEBHOOK_SECRET = "user:a long enough password"
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = "key"
    return make_world()


def somebody(who: str) -> Client:
    """A browser of theirs. It shows errors as visitors see them."""
    client = Client(raise_request_exception=False)
    client.cookies["visitor"] = VISITOR
    if who == NO_FACTOR:
        client.force_login(make_staff("manager"))
    elif who == SUPERUSER:
        sign_in(client, make_staff(is_superuser=True))
    elif who == SIGNED_IN:
        sign_in_to(client, PatientAccount.objects.earliest("pk"))
    elif who != NOBODY:
        sign_in(client, make_staff(who))
    return client


def within(area: str, world: World) -> list[Address]:
    """The addresses of a part of the site: of the admin's rest those of the other apps."""
    every = addresses(world)
    if area == "/":
        return [each for each in every if not each.path.startswith("/admin/")]
    if area == "/admin/":
        apps = ("/admin/appointments/", "/admin/articles/", "/admin/newsletter/")
        return [
            each for each in every if each.path.startswith(area) and not each.path.startswith(apps)
        ]
    return [each for each in every if each.path.startswith(f"{area.rstrip('/')}/")]


def of_staff(world: World) -> list[Address]:
    """The addresses of staff. The others are the same for all of them: a superuser asks those."""
    return [each for each in addresses(world) if each.path.startswith(("/admin/", "/accounts/"))]


def asked_as(who: str, world: World) -> list[Address]:
    """The addresses that this one is asked for."""
    if who == SIGNED_IN:
        return [*within("/me/", world), *within("/accounts/", world)]
    return of_staff(world) if who in roles.ROLES else addresses(world)


def is_one_of_many(address: Address, pages: tuple[str, ...]) -> bool:
    """Whether Django draws this page of every model alike, and another model's is asked for."""
    return address.route.endswith(pages) and address.label != nasty.ONE_OF_ALL


class Crawl:
    """Asks, and keeps what was wrong. Nothing that is asked for changes the world."""

    def __init__(self, who: str) -> None:
        self.who, self.client = who, somebody(who)
        self.wrong: list[str] = []
        self.links = Links()
        self.asked = 0

    def ask(self, method: str, address: Address, path: str = "", **sent):
        self.asked += 1
        cookies = dict(self.client.cookies)
        with transaction.atomic():
            # `generic` sends a body as it is; `post` would encode it.
            call = partial(self.client.generic, "POST") if "content_type" in sent else None
            response = (call or getattr(self.client, method))(path or address.path, **sent)
            transaction.set_rollback(True)
        self.client.cookies.clear()  # whoever signed out, or was signed out, is as they were
        self.client.cookies.update(cookies)
        where = f"{method} {address.route} {path or address.path} {sent or ''}"
        self.wrong += [f"{where[:300]}: {trouble}" for trouble in self._troubles(address, response)]
        if method == "get" and not sent:
            self.links.read(path or address.path, response)
        return response

    def follow_links(self) -> None:
        """Ask what pages lead to beside the addresses that are known."""
        for path in self.links.unasked():
            with transaction.atomic():
                self.links.read(path, self.client.get(path))
                transaction.set_rollback(True)

    def _troubles(self, address: Address, response) -> Iterator[str]:
        if response.status_code >= 500:
            error = getattr(response, "exc_info", None)
            yield f"{response.status_code} {error[1]!r}" if error else str(response.status_code)
            return
        text = response.getvalue().decode(errors="replace")
        if not address.is_link:
            if PATIENT.lower() in text.lower() and self.who not in SEE_PATIENTS:
                yield "shows a patient"
            if READER in text.lower() and self.who not in SEE_READERS:
                yield "shows a reader of the newsletter"
        private = address.is_link or PRIVATE.match(address.path)
        if response.status_code == 200 and private and address.route not in KEPT:
            kept = response.get("Cache-Control", "")
            if "no-store" not in kept:
                yield f"may be kept: {kept!r}"


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_address_answers_everybody(world, who):
    """A role may do what its row in the table says, and nothing else; no link leads to a wall."""
    crawl = Crawl(who)
    for address in asked_as(who, world):
        shown = crawl.ask("get", address).status_code
        if who in (NOBODY, SUPERUSER) and shown < 400 and not is_one_of_many(address, ALIKE):
            head = crawl.ask("head", address).status_code
            if head != shown:
                crawl.wrong.append(f"HEAD {address.route}: {head}, not {shown}")
        answers = {"get": shown}
        if who not in roles.ROLES or not is_one_of_many(address, SHOWS_ONLY):
            answers["post"] = crawl.ask("post", address).status_code
        if who in roles.ROLES:
            crawl.wrong += role_table.disagreements(who, address, answers)
    crawl.follow_links()
    crawl.wrong += crawl.links.walls()
    assert crawl.asked > (100 if who == SIGNED_IN else 500)
    assert not crawl.wrong, "\n".join(crawl.wrong)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_nothing_of_ours_sends_reaches_no_page(world, method):
    crawl = Crawl(NOBODY)
    assert {crawl.ask(method, address).status_code for address in addresses(world)} == {405}


@pytest.mark.parametrize(("who", "area"), PARTS)
def test_every_address_takes_every_query_and_every_spelling(world, who, area):
    crawl = Crawl(who)
    for address in within(area, world):
        with nasty.names_read() as read:
            crawl.ask("get", address)
        for query in nasty.queries(address, read):
            crawl.ask("get", address, f"{address.path}?{query}")
        for path in nasty.spellings(address):
            crawl.ask("get", address, path)
    assert not crawl.wrong, "\n".join(crawl.wrong)


@pytest.mark.parametrize(("who", "area"), PARTS)
def test_every_address_takes_every_body(world, who, area):
    crawl = Crawl(who)
    for address in within(area, world):
        if is_one_of_many(address, ALIKE):
            continue
        bodies = nasty.BODIES[: 3 if address.label else None]
        if crawl.ask("post", address).status_code == 405:
            bodies = bodies[:1]  # what is not taken is not read
        for body, kind in bodies:
            crawl.ask("post", address, data=body, content_type=kind)
    assert not crawl.wrong, "\n".join(crawl.wrong)


@pytest.mark.parametrize(("who", "area"), PARTS)
def test_every_form_takes_everything_in_every_field_and_enter_presses_its_main_button(
    world, who, area
):
    crawl = Crawl(who)
    seen: set[tuple[str, ...]] = set()
    for address in within(area, world):
        page = crawl.client.get(address.path)
        if page.status_code == 200 and "html" in page.get("Content-Type", ""):
            forms = read_forms(page.text)
            crawl.wrong += enter.troubles(address, forms)
            for path, typed in nasty.filled(address, forms, seen):
                crawl.ask("post", address, path, data=typed)
    assert crawl.asked
    assert seen, "it reads forms"
    assert not crawl.wrong, "\n".join(crawl.wrong)
