"""The drill itself: load, a letter at full speed, faults in turn, and the reckoning."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connection

from devstack import paths
from devstack.site_processes import tether
from tests.mixed_load import faults, rows
from tests.mixed_load.inbox import Inbox
from tests.mixed_load.machine import Machine
from tests.mixed_load.people import VISIT, People
from tests.mixed_load.reconcile import Account, reconcile, wait_until_settled
from tests.mixed_load.report import show

BACK_WITHIN = 60  # seconds
QUIET = 4  # seconds between two faults, at the least
LEFT_BEFORE = 1  # second, in which mail arrives that a killed worker had sent
PATHS = ("/", "/about/", "/contact/", "/newsletter/", "/articles/")
CALM, SENDING = "calm", "an issue at full speed"


@dataclass
class Stretch:
    """A part of the drill: what befell, from when to when, and how long until it worked again.

    `back` counts from the end of the trouble to the mail of the first visit that was booked then,
    `letters` to the first letter.
    """

    name: str
    begin: float
    end: float = 0.0
    over: float = 0.0
    back: float | None = None
    letters: float | None = None
    no_letters_left: bool = False


class Run:
    """One run; `all` drives it, `report` prints it and returns the exit status."""

    def __init__(self, machine: Machine, options: argparse.Namespace) -> None:
        self.machine, self.options = machine, options
        self.inbox = Inbox(machine.journal)
        self.stretches: list[Stretch] = []
        self.account = Account()

    def all(self) -> None:
        self.clinic = rows.make(self.options.readers)
        connection.close()
        self.machine.start()
        self.people = People(self.machine.port, self.clinic, self.inbox)
        self._wait_for_the_site()
        self._load_pages()
        try:
            self._load_and_faults()
        finally:
            self.people.over.set()
            self.pages.terminate()
            self.pages.wait()
        self.people.end()
        settled_after = wait_until_settled()
        self.account = reconcile(self.people.notes, self.inbox)
        self.account.settled_after = settled_after

    def _load_and_faults(self) -> None:
        self.people.start()
        end = time.monotonic() + 60 * self.options.minutes
        self._stretch(CALM, lambda: time.sleep(15))
        self._stretch(SENDING, self._send_an_issue)
        self._slow_letters(end - time.monotonic())
        self._faults(end)

    def report(self) -> int:
        return show(self)

    def _wait_for_the_site(self) -> None:
        deadline = time.monotonic() + 60
        while self.people.visitor().get("/readyz").status != 200:
            assert time.monotonic() < deadline, "the site does not start"
            time.sleep(0.5)
        self.people.notes.answers.clear()

    def _load_pages(self) -> None:
        from articles.models import Article

        paths_ = [*PATHS, *(a.get_absolute_url() for a in Article.objects.all()[:10])]
        connection.close()
        self.page_times = self.machine.folder / "pages"
        command = [sys.executable, "-m", "tests.mixed_load.page_load", str(self.machine.port)]
        command += [str(self.options.rate), str(self.page_times), *paths_]
        self.pages = subprocess.Popen([*tether(), *command], cwd=paths.BASE_DIR)

    def _stretch(self, name: str, what: Callable[[], object]) -> Stretch:
        stretch = Stretch(name, time.monotonic())
        self.stretches.append(stretch)
        print(f"{stretch.begin - self.stretches[0].begin:5.0f} s  {name}", flush=True)
        what()
        stretch.over = stretch.end = time.monotonic()
        return stretch

    # ── letters ──

    def _send_an_issue(self) -> None:
        issue = rows.send_an_issue(1)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            issue.refresh_from_db()
            if issue.status == "sent":
                break
            time.sleep(0.5)
        connection.close()

    def _slow_letters(self, seconds: float) -> None:
        """Let the second issue go out for as long as there are faults."""
        a_second = max(20, int(self.options.readers / max(seconds, 60)))
        self.machine.letters.environ |= {"NEWSLETTER_PER_SECOND": str(a_second)}
        self.machine.letters.ask_to_end()
        time.sleep(8)
        rows.send_an_issue(2)
        connection.close()

    # ── faults ──

    def _faults(self, end: float) -> None:
        wanted = [name for name in self.options.faults.split(",") if name]
        chosen = [f for f in faults.FAULTS if not wanted or f.__name__ in wanted]
        for left, fault in zip(range(len(chosen), 0, -1), chosen, strict=True):
            until = time.monotonic() + max(0, end - time.monotonic()) / left
            stretch = self._stretch(fault.__name__.replace("_", " "), partial(fault, self.machine))
            self._until_back(stretch)
            time.sleep(max(QUIET, until - time.monotonic()))
            stretch.end = time.monotonic()

    def _until_back(self, stretch: Stretch) -> None:
        """Book until it works, and wait for that mail, and for a letter."""
        deadline = stretch.over + 2 * BACK_WITHIN
        while time.monotonic() < deadline and stretch.back is None:
            promise = self.people.book(*self.people.next_time(), seconds=0)
            if promise is None:
                time.sleep(1)
                continue
            mail = self.inbox.first_to(promise.to, VISIT, seconds=deadline - time.monotonic())
            stretch.back = mail.at - stretch.over if mail else None
            break
        while time.monotonic() < deadline and stretch.letters is None:
            self.inbox.look()
            if self.inbox.letters >= 2 * self.options.readers:
                stretch.no_letters_left = True  # both issues have gone out
                return
            stretch.letters = self._letter_after(stretch.over)
            time.sleep(0.2)

    def _letter_after(self, moment: float) -> float | None:
        """Return when the first came of those that did not leave before: a killed worker's do."""
        begin = moment + LEFT_BEFORE
        if self.inbox.last_letter <= begin:
            return None
        return min(m.at for m in self.inbox.mails[-20_000:] if m.letter and m.at > begin) - moment
