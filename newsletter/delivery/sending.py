"""What a worker does: claim a batch, send it over one connection, settle each mail as it goes."""

import logging
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, sleep

from django.utils.translation import gettext as _

from newsletter.delivery import queries, sender_rejections, sending_rates
from newsletter.delivery.dispatch import WORKERS
from newsletter.delivery.mime import NoSuchAddress, Post, Recipient, recipient, return_path
from newsletter.delivery.queries import LEASE_SECONDS, Claimed, Row
from newsletter.delivery.smtp_client import Away, Line
from newsletter.delivery.smtp_replies import Answer
from newsletter.issues import rendering, workflow
from newsletter.models import Issue

log = logging.getLogger(__name__)

BATCH = 200
TRIES = 8  # 5, 10, 20 … minutes, then every four hours: about a day
FIRST_RETRY, LONGEST_RETRY = 300, 4 * 3600
SHORT = 1.5  # seconds that are waited for in place; after longer ones others have their turn


def work(issue_pk: int, *, worker: str, seconds: float) -> bool:
    """Send for so long. True where there is more to do right away."""
    until = monotonic() + seconds
    issue = Issue.objects.get(pk=issue_pk)
    post = Post(rendering.frozen(issue), issue=issue_pk)
    trouble = sender_rejections.InARow(sender_rejections.in_a_row(issue.total), issue_pk)
    while monotonic() < until:
        claimed = _claim(issue_pk, worker)
        if claimed is None:
            workflow.complete(issue_pk)
            return False
        if not _deliver(issue_pk, claimed, post, trouble, until):
            return False
    return True


def _claim(issue_pk: int, worker: str) -> Claimed | None:
    room = sending_rates.room()
    most = BATCH if room is None else min(BATCH, room)
    return queries.claim(issue_pk, worker, most=most, workers=WORKERS) if most else None


def _deliver(
    issue: int, claimed: Claimed, post: Post, trouble: sender_rejections.InARow, until: float
) -> bool:
    """One batch. False where this worker should not go on with the issue for now."""
    doubt = _("The worker stopped while it was sending this one.")
    try:
        line = Line(return_path())
    except Away as error:
        workflow.rest(issue, because=_("The mail server is away: %s") % error)
        queries.end(claimed.batch)
        return False
    courier = Courier(claimed, post, line, trouble, until)
    try:
        courier.run()
    except Away as error:
        courier.cut(str(error))
        workflow.rest(issue, because=_("The mail server is away: %s") % error)
        return False
    except sending_rates.CannotCount:
        workflow.rest(issue, because=_("The cache is away, so the limits cannot be kept."))
        return False
    except sender_rejections.AboutUs as error:
        workflow.halt(issue, because=str(error))
        return False
    finally:
        courier.settle()
        if queries.end(claimed.batch, doubt=doubt):
            workflow.went_well(issue)
        line.close()
        trouble.act()
    return not courier.stopped


@dataclass(frozen=True)
class Outcome:
    """What became of one row; written with the step that marks the next."""

    row: Row
    status: str
    reason: str = ""
    wait: float = 0


class Courier:
    """One batch on one connection. `run` raises Away, CannotCount or AboutUs."""

    def __init__(
        self,
        claimed: Claimed,
        post: Post,
        line: Line,
        trouble: sender_rejections.InARow,
        until: float,
    ) -> None:
        self.batch = claimed.batch
        self.rows = deque(self._addressed(claimed.rows))
        self.post, self.line, self.trouble, self.until = post, line, trouble, until
        self.stopped = False  # the issue is not being sent any more, or the batch is not ours
        self._done: Outcome | None = None
        self._marked: Row | None = None  # in flight, its text not yet begun
        self._begun: Row | None = None  # its text has begun to leave
        self._text = b""
        self._renew_at = monotonic() + LEASE_SECONDS / 3

    def run(self) -> None:
        row = self._offer()
        while row is not None:
            row = self._send(row) or self._offer()

    def settle(self) -> None:
        """Write down what became of the last one."""
        if self._done is not None:
            self._step(None)

    def cut(self, reason: str) -> None:
        """The line is gone. What it means for the one that was on it."""
        if self._begun is not None:
            self.settle()
            self._done = Outcome(self._begun, "uncertain", reason)
        elif self._marked is not None:
            self.settle()
            self._done = Outcome(self._marked, "deferred", reason, wait=60)

    def _send(self, row: Row) -> Row | None:
        """Go on with the row that was offered. Returns the next one, if it is offered already."""
        if not self._welcome(row) or not self._wanted(row):
            return None
        answer = self.line.data()
        if answer.code != 354:
            self._refused(row, answer)
            return None
        self._begun, self._marked = row, None
        upcoming = self._offer(after=self._text)
        answer = self.line.verdict()
        self._begun = None
        if answer.accepted:
            self._done = Outcome(row, "sent")
            self.trouble.sent()
        else:
            self._refused(row, answer)
        return upcoming

    def _offer(self, *, after: bytes = b"") -> Row | None:
        """Name the next one to the server, behind the text of the one before.

        None where none may go right now. Without `after` it waits until one may.
        """
        while self.rows and not self.stopped and monotonic() < self.until:
            row, address = self.rows.popleft()
            wait = sending_rates.wait(row.domain) if not after else self._at_once(row)
            if wait:
                if after:
                    self.rows.appendleft((row, address))
                    break
                self._later(row, address, wait)
                continue
            self.line.offer(address, after=after)
            self._text = self.post.octets(Recipient(address, row.key, row.pk))
            return row
        if after:
            self.line.finish(after)
        return None

    def _at_once(self, row: Row) -> float:
        try:
            return sending_rates.wait(row.domain)
        except sending_rates.CannotCount:
            return SHORT  # the text that is under way goes first; then it is asked again

    def _later(self, row: Row, address: str, wait: float) -> None:
        self.settle()
        if wait <= SHORT:
            sleep(wait)
            self.rows.appendleft((row, address))
        else:
            queries.give_back(self.batch, row.pk, wait=wait)
        self._renew()

    def _addressed(self, claimed: list[Row]) -> Iterator[tuple[Row, str]]:
        """Each with its address as servers take it; the others fail at once."""
        reason = _("No mail server takes this address as it is written.")
        for row in claimed:
            try:
                yield row, recipient(row.email)
            except NoSuchAddress:
                queries.step(self.batch, done=row.pk, status="failed", reason=reason)

    def _welcome(self, row: Row) -> bool:
        """Whether the server takes this recipient."""
        sender, answer = self.line.taken()
        if answer is None:
            if sender.passing:
                raise Away(sender.reason)
            raise sender_rejections.AboutUs(
                _("The mail server refuses our sender: %s") % sender.reason
            )
        if answer.accepted:
            return True
        if answer.nobody_there:
            self.trouble.nobody(row.subscriber, answer.reason)
        self._refused(row, answer)
        return False

    def _wanted(self, row: Row) -> bool:
        """Settle the one before and mark this one, which commits, unless it is unwanted by now."""
        self._renew()
        said = self._step(row)
        if said == "go":
            self._marked = row
            return True
        self.line.drop()
        self.stopped = said != "skip"
        return False

    def _refused(self, row: Row, answer: Answer) -> None:
        self.settle()
        self._marked = None
        if answer.passing and row.tries + 1 < TRIES:
            self._done = Outcome(row, "deferred", answer.reason, wait=_retry_in(row.tries))
        else:
            self._done = Outcome(row, "failed", answer.reason)
        if answer.ends_the_line:
            raise Away(answer.reason)
        if not answer.passing:
            self.trouble.refused(answer.reason)

    def _step(self, upcoming: Row | None) -> str:
        done, self._done = self._done, None
        return queries.step(
            self.batch,
            done=done.row.pk if done else None,
            status=done.status if done else "",
            reason=done.reason if done else "",
            wait=done.wait if done else 0,
            upcoming=upcoming.pk if upcoming else None,
            address=upcoming.email if upcoming else "",
        )

    def _renew(self) -> None:
        if monotonic() >= self._renew_at:
            self._renew_at = monotonic() + LEASE_SECONDS / 3
            self.stopped = self.stopped or not queries.keep(self.batch)


def _retry_in(tries: int) -> float:
    """Twice as long after each attempt, up to four hours, and up to a fifth sooner or later."""
    delay = min(FIRST_RETRY * 2 ** min(tries, 10), LONGEST_RETRY)
    return delay * random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, guards nothing
