"""Every promise against the database and what the mail server took: nothing lost or doubled."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Q

from appointments.models import Appointment, Status
from core.mail.models import EmailStatus, OutgoingEmail
from newsletter.models import Consent, Delivery, Issue, Subscriber
from tests.mixed_load.inbox import Inbox, Mail
from tests.mixed_load.people import CONFIRM, VISIT, Notes, Promise

SETTLED_WITHIN = 420  # seconds: a killed worker's claim lasts three minutes, a refusal waits four
OVERLAPPING = """
    SELECT count(*) FROM appointments_appointment a JOIN appointments_appointment b
        ON a.provider_id = b.provider_id AND a.id < b.id AND a.blocked && b.blocked
     WHERE a.status IN ('booked', 'checked_in') AND b.status IN ('booked', 'checked_in')
"""


@dataclass
class Finding:
    """What does not agree, and since when it does not (to name the fault)."""

    kind: str  # "lost", "doubled", "in doubt"
    at: float
    what: str


@dataclass
class Account:
    """What was found when all was counted."""

    findings: list[Finding] = field(default_factory=list)
    letters: dict[str, int] = field(default_factory=dict)
    settled_after: float | None = None

    def add(self, kind: str, at: float, what: str) -> None:
        self.findings.append(Finding(kind, at, what))

    def of(self, kind: str, begin: float = 0, end: float = float("inf")) -> list[Finding]:
        return [f for f in self.findings if f.kind == kind and begin <= f.at < end]


def wait_until_settled() -> float | None:
    """Return after how many seconds nothing waited any more; None where that did not happen."""
    begin = time.monotonic()
    while time.monotonic() - begin < SETTLED_WITHIN:
        open_ones = Q(status__in=[EmailStatus.WAITING, EmailStatus.SENDING])
        waiting = OutgoingEmail.objects.filter(open_ones).exists()
        running = Issue.objects.filter(status__in=["sending", "paused"]).exists()
        connection.close()
        if not waiting and not running:
            return time.monotonic() - begin
        time.sleep(2)
    return None


def reconcile(notes: Notes, inbox: Inbox) -> Account:
    """Compare all of it. Called when nobody promises anything any more, and nothing waits."""
    account = Account()
    inbox.look()
    _promises(account, notes, inbox)
    _clinic_mail(account, inbox)
    _letters(account, inbox)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING)
        for _ in range(cursor.fetchone()[0]):
            account.add("doubled", 0, "two visits at the same time")
    return account


def _promises(account: Account, notes: Notes, inbox: Inbox) -> None:
    visits: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    booked = Appointment.objects.filter(status=Status.BOOKED)
    for email, provider, start in booked.values_list("email", "provider__slug", "starts_at"):
        visits[email].append((provider, start))
    members = set(Subscriber.objects.filter(status="active").values_list("email", flat=True))
    proofs = Consent.objects.count()
    checked_in = set(
        Appointment.objects.filter(status=Status.CHECKED_IN).values_list("pk", flat=True)
    )
    for promise in notes.promises:
        if promise.kind == "visit":
            _count(account, promise, visits[promise.to].count(promise.about), "visit")
            _mailed(account, promise, inbox, VISIT)
        elif promise.kind == "mail to confirm":
            _mailed(account, promise, inbox, CONFIRM)
        elif promise.kind == "membership" and promise.to not in members:
            account.add("lost", promise.at, f"membership of {promise.to}")
        elif promise.kind == "check-in" and promise.about not in checked_in:
            account.add("lost", promise.at, f"check-in of visit {promise.about}")
    memberships = {p.to for p in notes.promises if p.kind == "membership"}
    if proofs < len(memberships):
        account.add("lost", 0, f"{len(memberships) - proofs} proofs of consent")


def _mailed(account: Account, promise: Promise, inbox: Inbox, subject: str) -> None:
    """One mail of that kind; a second copy of it is counted by its Message-ID elsewhere."""
    mails = inbox.by_address.get(promise.to, [])
    ids = {mail.id for mail in mails if mail.subject.startswith(subject)}
    _count(account, promise, len(ids), f"mail “{subject}”")


def _count(account: Account, promise: Promise, found: int, what: str) -> None:
    if found != 1:
        kind = "lost" if found == 0 else "doubled"
        account.add(kind, promise.at, f"{what} of {promise.to}: {found}")


def _clinic_mail(account: Account, inbox: Inbox) -> None:
    """Each row that says sent arrived; nothing arrived that no row says; none was given up."""
    arrived: dict[str, list[Mail]] = defaultdict(list)
    for mail in inbox.mails:
        if not mail.letter:
            arrived[mail.id].append(mail)
    for row in OutgoingEmail.objects.values_list("message_id", "status", "template", "last_error"):
        name, status, template, error = row
        if status == EmailStatus.DROPPED:
            continue
        if name not in arrived or status != EmailStatus.SENT:
            account.add("lost", 0, f"{template} is {status}: {error}")
        # Sent again after its worker or its line was gone, with the same Message-ID.
        for _again in arrived.get(name, ())[1:]:
            account.add("in doubt", arrived[name][0].at, f"{template} came twice")
    known = set(OutgoingEmail.objects.values_list("message_id", flat=True))
    for name in arrived.keys() - known:
        account.add("doubled", arrived[name][0].at, f"nobody wrote {name}")


def _letters(account: Account, inbox: Inbox) -> None:
    """Each reader has each letter once; one in doubt is never sent again."""
    letters = [mail for mail in inbox.mails if mail.letter]
    first: dict[str, Mail] = {}
    for mail in letters:
        if mail.id in first:
            account.add("doubled", first[mail.id].at, f"letter {mail.id} came twice")
        first.setdefault(mail.id, mail)
    account.letters = dict(Counter(Delivery.objects.values_list("status", flat=True)))
    account.letters["taken"] = len(letters)
    sent = account.letters.get("sent", 0)
    if sent > len(first):
        account.add("lost", 0, f"{sent - len(first)} letters that the ledger calls sent")
    for status in ("failed", "waiting", "sending"):
        if account.letters.get(status):
            account.add("lost", 0, f"{account.letters[status]} letters are {status}")
