"""What an error of the database means for whoever waits for a page."""

from enum import Enum

from django.db import DatabaseError, InterfaceError, OperationalError

# PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
LOCK_WAITS = {"55P03", "40P01"}  # a lock that somebody holds, or two who wait for one another
LOCKED = LOCK_WAITS | {"57014", "40001"}  # or a statement that took long, or met another
AWAY = {"57P01", "57P02", "57P03", "57P05", "25P03", "25006", "58030"}
AWAY_CLASSES = ("08", "53")  # connections; no room for one, no disk, no memory


class Failure(Enum):
    """Why it did not go: somebody else holds what was wanted, or there is no database."""

    LOCKED = "locked"
    AWAY = "away"


def failure(error: BaseException | None) -> Failure | None:
    """Return why, where it is nobody's mistake and passes; else None."""
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return None
    code = code_of(error)
    if code in LOCKED:
        return Failure.LOCKED
    if code in AWAY or code.startswith(AWAY_CLASSES):
        return Failure.AWAY
    lost = isinstance(error, (OperationalError, InterfaceError)) and not code
    return Failure.AWAY if lost else None


def code_of(error: BaseException) -> str:
    """Return PostgreSQL's code of what went wrong; nothing where the server said nothing."""
    return getattr(error.__cause__, "pgcode", None) or ""


def may_be_kept(error: BaseException) -> bool:
    """Say whether the line was lost while it was being kept: then nobody here knows."""
    return bool(getattr(error.__cause__, "at_commit", False)) and not code_of(error)


def may_wait_again(error: BaseException) -> bool:
    """Say whether it waited less for a lock than it may, for one that others get all the time."""
    return bool(getattr(error.__cause__, "was_cut_short", False))
