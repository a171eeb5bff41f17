"""Who uses the site during the drill, and what it promised them.

Patients book, now and then two the same time; readers sign up, and press the button behind their
mail; the front desk looks at its lists and checks patients in. Each does so at a steady rate,
whatever became of those before, and comes back when there was no answer.
"""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from django.urls import reverse

from core.guard.sessionless_form import HONEYPOT
from tests.appointments import booking_steps
from tests.core.staff.people import PASSWORD, code_of
from tests.factories import monday
from tests.mixed_load.inbox import Inbox
from tests.mixed_load.rows import Clinic
from tests.mixed_load.visiting import over_the_proxy, patiently
from tests.visitor import Page, Visitor

BOOKINGS, SIGN_UPS, DESK = 1.0, 1.0, 1.0  # a second
PERSISTS = 60  # seconds somebody tries before they call the clinic instead
RIVALS = 8  # of so many times one is wanted by two
PUZZLED = 20  # of so many readers one does the proof of work first
MAIL_WITHIN = 240  # seconds a reader looks into their mailbox
VISIT, CONFIRM = "Your appointment on", "Please confirm"


@dataclass(frozen=True)
class Promise:
    """A page said so, at this moment, to this address."""

    kind: str  # "visit", "mail to confirm", "membership", "check-in"
    to: str
    at: float
    about: object = None


@dataclass
class Notes:
    """What everybody saw."""

    promises: list[Promise] = field(default_factory=list)
    answers: list[tuple[float, int]] = field(default_factory=list)
    gave_up: list[tuple[float, str, int]] = field(default_factory=list)
    taken: int = 0  # times that somebody else had

    def seen(self, status: int) -> None:
        self.answers.append((time.monotonic(), status))

    def promise(self, kind: str, to: str, about: object = None) -> Promise:
        promise = Promise(kind, to, time.monotonic(), about)
        self.promises.append(promise)
        return promise

    def give_up(self, what: str, page: Page) -> None:
        self.gave_up.append((time.monotonic(), what, page.status))


class People:
    """All of them, in threads, until `end`."""

    def __init__(self, port: int, clinic: Clinic, inbox: Inbox) -> None:
        self.port, self.clinic, self.inbox = port, clinic, inbox
        self.notes = Notes()
        self.over = threading.Event()
        self._pool = ThreadPoolExecutor(96)
        self._times, self._networks, self._numbers = count(), count(1), count(1)
        self._readers = count(1)

    def start(self) -> None:
        for rate, what in ((BOOKINGS, self._bookings), (SIGN_UPS, self.sign_up)):
            threading.Thread(target=self._steadily, args=(rate, what), daemon=True).start()
        threading.Thread(target=self._desk, daemon=True).start()

    def end(self) -> None:
        """Let nobody new come, and return when those who came are done."""
        self.over.set()
        self._pool.shutdown(wait=True)

    def _steadily(self, rate: float, what: Callable[[], object]) -> None:
        while not self.over.wait(1 / rate):
            self._pool.submit(_loudly, what)

    def visitor(self) -> Visitor:
        number = next(self._networks)
        network = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        return over_the_proxy(self.port, network, self.notes.seen)

    # ── patients ──

    def _bookings(self) -> None:
        provider, start = self.next_time()
        if next(self._numbers) % RIVALS == 0:
            self._pool.submit(_loudly, lambda: self.book(provider, start))
        self.book(provider, start)

    def next_time(self) -> tuple[str, datetime]:
        """Return a time that nobody of the drill has asked for, and with whom."""
        number = next(self._times)
        providers = self.clinic.providers
        start = monday("00:00") + timedelta(minutes=30 * (number // len(providers)))
        return providers[number % len(providers)].slug, start

    def book(self, provider: str, start: datetime, *, seconds: float = PERSISTS) -> Promise | None:
        """Go the whole way; return what the last page promised, or None."""
        visitor, name = self.visitor(), _letters(next(self._numbers))
        email = f"{name}@patients.test"
        service = self.clinic.service
        page = patiently(
            visitor, lambda: booking_steps.times_page(visitor, service), seconds=seconds
        )
        if page.status != 200:
            self._turned_away(page, "times", seconds)
            return None
        page = patiently(
            visitor, lambda: self._hold(visitor, page, provider, start), seconds=seconds
        )
        if page.status != 200 or "Book this visit" not in page.text:
            self._turned_away(page, "booking", seconds)
            return None
        answers = {"first_name": "Grace", "last_name": f"Whitfield {name}", "email": email}
        details = page
        page = patiently(
            visitor, lambda: booking_steps.fill_in(visitor, details, **answers), seconds=seconds
        )
        if "Thank you, Grace." not in page.text:
            self._turned_away(page, "booking", seconds)
            return None
        return self.notes.promise("visit", email, (provider, start))

    def _hold(self, visitor: Visitor, page: Page, provider: str, start: datetime) -> Page:
        form = page.form_with("csrfmiddlewaretoken")
        token = form.fields["csrfmiddlewaretoken"]
        sent = {"csrfmiddlewaretoken": token, "slot": booking_steps.slot(start), "with": provider}
        return visitor.post(f"/book/tn/{self.clinic.service.slug}/", sent)

    def _turned_away(self, page: Page, what: str, seconds: float) -> None:
        if page.status == 409:
            self.notes.taken += 1
        elif seconds:  # else it was only looked whether it works
            self.notes.give_up(what, page)

    # ── readers ──

    def sign_up(self) -> None:
        """Sign up, wait for the mail, press its button."""
        visitor, email = self.visitor(), f"{_letters(next(self._numbers))}@readers.test"
        page = patiently(visitor, lambda: visitor.get("/newsletter/"), seconds=PERSISTS)
        if page.status != 200:
            self.notes.give_up("sign-up page", page)
            return
        form, typed = page, {"email": email}
        if next(self._readers) % PUZZLED == 0:
            typed[HONEYPOT] = "filled in by a password manager"
        page = patiently(visitor, lambda: visitor.submit(form, **typed), seconds=PERSISTS)
        if page.status != 200 or email not in page.text:
            self.notes.give_up("sign-up", page)
            return
        self.notes.promise("mail to confirm", email)
        mail = self.inbox.first_to(email, CONFIRM, seconds=MAIL_WITHIN)
        if mail:
            self._confirm(visitor, email, mail.link)

    def _confirm(self, visitor: Visitor, email: str, link: str) -> None:
        page = patiently(visitor, lambda: visitor.get(link), seconds=PERSISTS)
        if page.status != 200:
            self.notes.give_up("confirmation page", page)
            return
        form = page
        page = patiently(visitor, lambda: visitor.press(form, "Yes, send me"), seconds=PERSISTS)
        # Pressed once more after a cut line, it may say that it was pressed already.
        if page.status not in (200, 410):
            self.notes.give_up("confirmation", page)
            return
        self.notes.promise("membership", email)

    # ── the front desk ──

    def _desk(self) -> None:
        """Look at lists in turn, and check in who arrives; sign in whenever that is asked for."""
        arriving, pages = list(self.clinic.arriving), count()
        visitor = self.visitor()
        lists = ["/admin/", "/admin/appointments/appointment/", "/admin/appointments/patient/"]
        lists += ["/admin/appointments/appointment/day/", "/admin/appointments/patient/?q=Grace"]
        while not self.over.wait(1 / DESK):
            number = next(pages)
            page = visitor.get(lists[number % len(lists)])
            if page.status == 200 and 'name="login"' in page.text:
                visitor = self.visitor()
                self._sign_in(visitor)
            elif page.status == 200 and number % 5 == 4 and arriving:
                self._check_in(visitor, arriving.pop())

    def _sign_in(self, visitor: Visitor) -> None:
        page = visitor.get(reverse("account_login"))
        if page.status != 200:
            return
        page = visitor.submit(page, login=self.clinic.staff, password=PASSWORD)
        if page.status == 200 and "code" in {n for f in page.forms for n in f.choices}:
            # A code opens once: a new one comes every thirty seconds.
            visitor.submit(page, code=code_of(self.clinic.secret))

    def _check_in(self, visitor: Visitor, pk: int) -> None:
        page = visitor.get(f"/admin/appointments/appointment/{pk}/change/")
        if page.status != 200 or "Check in" not in page.text:
            return
        done = visitor.press(page, "Check in")
        if done.status == 200 and "is checked in" in done.text:
            self.notes.promise("check-in", "", pk)


def _letters(number: int) -> str:
    """A number as letters: what has many digits is taken for a phone number, not a name."""
    return "p" + re.sub(r"\d", lambda digit: "abcdefghij"[int(digit[0])], str(number))


def _loudly(what: Callable[[], object]) -> None:
    """A fault of the drill itself must not pass unseen in a thread."""
    try:
        what()
    except Exception:
        import traceback

        traceback.print_exc()
        raise
