"""Ask every page of `admin_pages` and run every periodic task; the slowest of them as rows."""

import time
from collections.abc import Callable, Iterator

from celery import current_app
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from bench import desk
from bench.growth import admin_pages, finding_people, purging
from bench.growth.admin_pages import Page
from bench.growth.fill import DESK_FILES, fill
from bench.table import Row
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
    fill(DESK_FILES)
    make_practice(time_zone="America/New_York")
    people = finding_people.rows(_staff())
    return [*desk.rows(_staff("desk@example.org")), *people]


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
    yield Page("first page", reverse("admin:index"))
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
    current_app.loader.import_default_modules()
    names = dict.fromkeys(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())
    found = Timed()
    for name in names:
        found[name] = _seconds(current_app.tasks[name])
        found[f"{name}, with nothing more to do"] = _seconds(current_app.tasks[name])
    return found


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
