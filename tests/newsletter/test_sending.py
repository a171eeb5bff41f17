"""What happens to each mail, by what the server says and by what its reader does meanwhile."""

import pytest

from newsletter.models import Issue
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import (
    mail_through,
    make_issue,
    make_readers,
    send,
    states,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_server(settings, smtp_server):
    mail_through(settings, smtp_server.url)


def test_everybody_who_asked_gets_it_once(smtp_server):
    readers = make_readers(5)
    make_subscriber(state="left")
    issue = send(make_issue())
    assert issue.state == Issue.State.SENT, issue.reason
    assert states(issue) == {"sent": 5}
    assert {mail["To"] for mail in smtp_server.mails} == {each.email for each in readers}
    assert len(smtp_server.mails) == 5
