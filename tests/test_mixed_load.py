"""The reckoning of `make drill` sees what is lost and what is doubled, and nothing else."""

import json
import time
from pathlib import Path

import pytest

from core.mail.models import EmailStatus, OutgoingEmail
from tests.core.mail.factories import make_email
from tests.factories import make_appointment, make_patient
from tests.mixed_load.inbox import Inbox
from tests.mixed_load.people import VISIT, Notes
from tests.mixed_load.reconcile import reconcile

pytestmark = pytest.mark.django_db
GRACE = "grace@example.org"


@pytest.fixture
def day(tmp_path):
    """A visit that was promised to Grace, and its mail, which has arrived."""
    return Day(tmp_path / "mails")


class Day:
    def __init__(self, journal: Path) -> None:
        self.journal, self.notes = journal, Notes()
        self.visit = make_appointment(patient=make_patient(email=GRACE))
        about = self.visit.provider.slug, self.visit.starts_at
        self.notes.promise("visit", GRACE, about)
        self.mail = make_email(to=GRACE)
        OutgoingEmail.objects.update(
            status=EmailStatus.SENT, sent_at=self.visit.created, due_at=None
        )
        self.arrives(self.mail.message_id)

    def arrives(self, name: str, *, letter: bool = False, to: str = GRACE) -> None:
        line = {"at": time.monotonic(), "to": to, "id": name, "letter": letter}
        line |= {} if letter else {"subject": f"{VISIT} Monday", "link": ""}
        with self.journal.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def found(self) -> dict[str, int]:
        account = reconcile(self.notes, Inbox(self.journal))
        kinds = [finding.kind for finding in account.findings]
        return {kind: kinds.count(kind) for kind in set(kinds)}


def test_a_promise_that_was_kept_is_nothing_to_tell(day):
    day.arrives("letter-1", letter=True)
    assert day.found() == {}


def test_a_mail_that_came_twice_under_one_name_is_in_doubt(day):
    day.arrives(day.mail.message_id)
    assert day.found() == {"in doubt": 1}


def test_a_second_mail_of_the_same_and_a_second_letter_are_doubled(day):
    day.arrives("<another@example.org>")
    assert day.found() == {"doubled": 2}, "one too many for Grace, and one that nobody wrote"
    day.arrives("letter-1", letter=True)
    day.arrives("letter-1", letter=True)
    assert day.found() == {"doubled": 3}


def test_a_mail_that_never_came_and_a_visit_that_is_not_there_are_lost(day):
    day.journal.unlink()
    assert day.found() == {"lost": 2}, "of the promise, and of the row that says sent"
    day.visit.delete()
    assert day.found() == {"lost": 3}


def test_a_mail_that_still_waits_or_was_given_up_is_lost(day):
    OutgoingEmail.objects.update(status=EmailStatus.FAILED, sent_at=None, last_error="554")
    assert day.found() == {"lost": 1}
