"""Ask every page of `admin_pages` and run every periodic task; the slowest of them as rows."""

import importlib
import time
from collections.abc import Callable, Iterator

from celery import current_app
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from appointments.models import Appointment, Patient, WaitlistEntry
from bench import desk
from bench.growth import admin_pages, finding_people, purging
from bench.growth.admin_pages import Page
from bench.growth.fill import DESK_FILES, fill
from bench.table import Row
from core.mail.models import OutgoingEmail
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.issues import make_practice

PAGE, TURN = 0.3, 1.0  # seconds
SHOWN = 15  # of the slowest
TRIES = 3


class Timed(dict[str, float]):
    """Seconds by what took them."""

    def slowest(self, limit: float) -> list[Row]:
        rows = sorted(self.items(), key=lambda each: -each[1])
        over = sum(took > limit for _what, took in rows)
        shown = rows[: max(SHOWN, min(over, 100))]
        within = f"at most {limit * 1000:,.0f} ms"
        return [
            Row(what[:110], f"{took * 1000:,.0f} ms", within, took <= limit) for what, took in shown
        ]


def rows() -> list[Row]:
    """The table: pages of the admin, periodic tasks, and a purge of a million mails."""
    _as_served()
    fill()
    make_practice(time_zone="America/New_York")
    pages = walk()
    at_the_desk = desk.rows(_staff("desk@example.org"))
    purged = purging.rows()
    with override_settings(MAIL_BODY_DAYS=settings.MAIL_BODY_DAYS - 1):
        tasks = turns()  # a day's mails are left for the nightly one
    people = finding_people.rows(_staff())
    counted = Row("pages of the admin, turns of tasks", f"{len(pages):,}, {len(tasks)}", "", None)
    beside = [*at_the_desk, *people]
    return [counted, *beside, *pages.slowest(PAGE), *tasks.slowest(TURN), *purged]


def at_the_desk() -> list[Row]:
    """The part of the table that is the desk's, with no more written than its pages read."""
    _as_served()
    fill(DESK_FILES)
    make_practice(time_zone="America/New_York")
    client = _staff("desk@example.org")
    beside = Timed({page.what: _took(client, page.url) or 0.0 for page in _beside_the_desk()})
    forgotten = Timed(_turns("appointments.tasks.forget_patients"))
    return [
        *desk.rows(client),
        *finding_people.rows(client),
        *beside.slowest(PAGE),
        *forgotten.slowest(TURN),
    ]


def _beside_the_desk() -> Iterator[Page]:
    """The first page, the pages of figures, and the lists that are searched for a name."""
    yield Page("first page", reverse("admin:index"))
    for name in ("visits", "kept", "hours", "free", "new", "newsletter"):
        yield Page(f"figures: {name}", reverse(f"admin:figures_{name}"))
    for model in (Appointment, Patient, WaitlistEntry, OutgoingEmail):
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        yield Page(f"{model._meta.label}: Grace", f"{url}?q=Grace")


def _as_served() -> None:
    """Let the collector of this process rest as that of the site's does: `curednation.wsgi`."""
    importlib.import_module("curednation.wsgi")


def walk() -> Timed:
    """Ask every page of the admin; return how long each took, at best of TRIES."""
    client = _staff()
    found = Timed()
    for page in _pages(client):
        took = _took(client, page.url)
        if took is not None:
            found[page.what] = took
    return found


def _pages(client: Client) -> Iterator[Page]:
    yield from _beside_the_desk()
    yield from admin_pages.suggestions()
    for model, model_admin in admin.site._registry.items():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        plain = client.get(url, HTTP_HOST="127.0.0.1")
        if plain.status_code != 200:
            continue
        yield Page(model._meta.label, url)
        done: set[str] = set()
        for page in _of_list(client, model_admin, plain.text):
            if page.url not in done:
                done.add(page.url)
                yield page
        yield from admin_pages.of_records(model_admin)


def _of_list(client: Client, model_admin: admin.ModelAdmin, page: str) -> Iterator[Page]:
    """The list's links, and the orders and pages of each of its filters by itself."""
    for linked in admin_pages.of_list(model_admin, page):
        yield linked
        query = linked.url.partition("?")[2]
        if "o=" not in query and "p=" not in query:
            answer = client.get(linked.url, HTTP_HOST="127.0.0.1")
            if answer.status_code == 200 and b"result_list" in answer.content:
                yield from admin_pages.orders(linked, answer.text)


def _took(client: Client, url: str) -> float | None:
    """Seconds until the page is there, None where it is no page to look at."""
    best = None
    for _ in range(TRIES):
        began = time.perf_counter()
        answer = client.get(url, HTTP_HOST="127.0.0.1")
        took = time.perf_counter() - began
        if answer.status_code >= 500:
            raise RuntimeError(f"{url}: {answer.status_code}")
        if answer.status_code != 200:
            return None
        best = took if best is None else min(best, took)
        if best <= PAGE / 3:
            break
    return best


def _staff(email: str = "bench@example.org") -> Client:
    # Asked as the site is: with everything that stands between a browser and a page.
    client = Client(HTTP_HOST="127.0.0.1")
    return sign_in(client, make_staff(is_superuser=True, email=email))


def turns() -> Timed:
    """Run each periodic task as beat would have it run; return how long its turn took."""
    names = dict.fromkeys(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())
    return Timed(turn for name in names for turn in _turns(name).items())


def _turns(name: str) -> dict[str, float]:
    """Run one task twice: the second turn has less to do, or nothing."""
    current_app.loader.import_default_modules()
    task = current_app.tasks[name]
    return {name: _seconds(task), f"{name}, once more": _seconds(task)}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
