"""The table of a drill: each fault and what it cost, the figures, and which limits were broken."""

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.mixed_load.people import CONFIRM, VISIT

if TYPE_CHECKING:
    from tests.mixed_load.run import Run, Stretch

BACK_WITHIN = 60  # seconds
PAGES_WITHIN, MAILS_WITHIN = 50, 5.0  # milliseconds and seconds, for 95 of 100
AT_ONCE = 2  # mails that a worker has in its hands: as many may be in doubt after a fault
FEW = 50  # of fewer no 95 of 100 can be told
KINDS = {0: "cut", 500: "500", 502: "502", 503: "503"}
CALM = 2  # stretches without a fault come first
COLUMNS = {
    "fault": 24, "errors meanwhile": 34, "back": 7, "letters": 9, "lost": 6, "doubled": 9,
    "in doubt": 10, "pages p95": 12, "mails p95": 11,
}  # fmt: skip


@dataclass
class PageTime:
    at: float
    status: int
    milliseconds: float


def percentile(values: list[float], share: float = 0.95) -> float | None:
    """Return what so many of them do not pass; None for too few."""
    ordered = sorted(values)
    return (
        ordered[min(len(ordered) - 1, int(len(ordered) * share))] if len(ordered) >= FEW else None
    )


def show(run: "Run") -> int:
    """Print the drill's table and figures; return 1 where a limit was broken, else 0."""
    pages, mails = _page_times(run), _mail_times(run)
    broken: list[str] = []
    head = _cells(*COLUMNS)
    print(f"\n{head}\n{'─' * len(head)}")
    for number, stretch in enumerate(run.stretches):
        end = run.stretches[number + 1].begin if number + 1 < len(run.stretches) else float("inf")
        print(_row(run, stretch, end, pages, mails, broken))
    _figures(run, pages, mails, broken)
    _account(run, broken)
    print("\nEvery limit was kept." if not broken else "\nBroken:\n  " + "\n  ".join(broken))
    sys.stdout.flush()
    return int(bool(broken))


def _row(
    run: "Run",
    stretch: "Stretch",
    end: float,
    pages: list[PageTime],
    mails: list[tuple[float, float]],
    broken: list[str],
) -> str:
    begin, account = stretch.begin, run.account
    statuses = Counter(s for at, s in run.people.notes.answers if begin <= at < end)
    statuses += Counter(p.status for p in pages if begin <= p.at < end)
    errors = ", ".join(f"{KINDS[s]} {statuses[s]}" for s in KINDS if statuses[s])
    counts = [len(account.of(kind, begin, end)) for kind in ("lost", "doubled", "in doubt")]
    gave_up = [what for at, what, _status in run.people.notes.gave_up if begin <= at < end]
    if gave_up:
        errors += f", gave up {len(gave_up)}"
    if stretch in run.stretches[:CALM]:
        end = stretch.over  # what follows is no longer calm
    page = percentile([p.milliseconds for p in pages if begin <= p.at < end and p.status == 200])
    mail = percentile([took for at, took in mails if begin <= at < end])
    if stretch not in run.stretches[:CALM]:
        for what, took in (("the site", stretch.back), ("letters", stretch.letters)):
            if took is None and (what == "letters" and stretch.no_letters_left):
                continue
            if took is None or took > BACK_WITHIN:
                broken.append(f"{stretch.name}: {what} back after {_number(took, ' s')}")
    if statuses[500]:
        broken.append(f"{stretch.name}: {statuses[500]} answers of 500")
    if counts[2] > AT_ONCE:
        broken.append(f"{stretch.name}: {counts[2]} mails came twice")
    times = _number(stretch.back), _number(stretch.letters)
    figures = _number(page, " ms"), _number(mail, " s")
    return _cells(stretch.name, errors or "–", *times, *map(str, counts), *figures)


def _cells(*texts: str) -> str:
    """Return a row of the table: the first two columns to the left, figures to the right."""
    sized = zip(texts, COLUMNS.values(), strict=True)
    return "".join(
        text.ljust(width) if number < 2 else text.rjust(width)
        for number, (text, width) in enumerate(sized)
    )


def _number(value: float | None, unit: str = "") -> str:
    return "–" if value is None else f"{value:.1f}{unit}"


def _page_times(run: "Run") -> list[PageTime]:
    lines = (line.split() for line in run.page_times.read_text().splitlines())
    return [PageTime(float(at), int(status), float(took)) for at, status, took in lines]


def _mail_times(run: "Run") -> list[tuple[float, float]]:
    """Return when something was promised by mail, and how long that mail took."""
    found = []
    for promise in run.people.notes.promises:
        subject = {"visit": VISIT, "mail to confirm": CONFIRM}.get(promise.kind)
        mails = run.inbox.by_address.get(promise.to, []) if subject else []
        first = next((m.at for m in mails if m.subject.startswith(str(subject))), None)
        if first is not None:
            found.append((promise.at, max(0.0, first - promise.at)))
    return found


def _figures(
    run: "Run", pages: list[PageTime], mails: list[tuple[float, float]], broken: list[str]
) -> None:
    """Print the two figures while nothing is broken and an issue goes out at full speed."""
    begin, end = run.stretches[1].begin, run.stretches[1].over
    meanwhile = [p for p in pages if begin <= p.at < end]
    page = percentile([p.milliseconds for p in meanwhile])
    mail = percentile([took for at, took in mails if begin <= at < end])
    rate = len(meanwhile) / (end - begin)
    print(f"\nWhile an issue went out at full speed, {end - begin:.0f} s:")
    print(f"  public pages  {rate:.0f} of {run.options.rate} a second, p95 {_number(page, ' ms')}")
    print(f"  confirmations p95 {_number(mail, ' s')}")
    if page is None or page > PAGES_WITHIN or rate < 0.95 * run.options.rate:
        broken.append(f"pages: {rate:.0f}/s, p95 {_number(page, ' ms')}; limit {PAGES_WITHIN} ms")
    if mail is None or mail > MAILS_WITHIN:
        broken.append(f"confirmations: p95 {_number(mail, ' s')}; limit {MAILS_WITHIN} s")


def _account(run: "Run", broken: list[str]) -> None:
    notes, account = run.people.notes, run.account
    promised = Counter(promise.kind for promise in notes.promises)
    print("\nPromised: " + ", ".join(f"{n} × {kind}" for kind, n in sorted(promised.items())))
    gave_up = Counter(what for _at, what, _status in notes.gave_up)
    print(f"Times that somebody else had: {notes.taken}; gave up: {dict(gave_up) or 0}")
    print("Letters: " + ", ".join(f"{n} {what}" for what, n in sorted(account.letters.items())))
    print(f"Nothing waited any more after {_number(account.settled_after, ' s')}")
    if account.settled_after is None:
        broken.append("mail still waits")
    for kind in ("lost", "doubled"):
        found = account.of(kind)
        if found:
            broken.append(f"{len(found)} {kind}: " + "; ".join(f.what for f in found[:8]))
