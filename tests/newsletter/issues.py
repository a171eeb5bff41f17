"""Issues, their readers and their mail server, for the tests."""

from itertools import count
from typing import Any
from urllib.parse import urlsplit

from core.practice.models import Practice
from newsletter.delivery import sending
from newsletter.issues import workflow
from newsletter.models import Delivery, Issue, Subscriber
from tests.newsletter.factories import make_subscriber

numbers = count(1)


def make_practice(**fields: Any) -> Practice:
    values = {"name": "Example Clinic", "mail_name": "EC Office", "street": "12 Example Street"}
    values |= {"city": "Nashville", "state": "TN", "postal_code": "37201"} | fields
    practice = Practice.objects.update_or_create(pk=1, defaults=values)[0]
    Practice.share()
    return practice


def make_readers(number: int) -> list[Subscriber]:
    return [make_subscriber() for _ in range(number)]


def make_issue(**fields: Any) -> Issue:
    make_practice()
    number = next(numbers)
    values = {"subject": f"News number {number}", "slug": f"news-{number}"}
    values |= {"body": "<p>It is fall.</p>", "preview": "What is new"}
    return Issue.objects.create(**values | fields)


def start(issue: Issue) -> Issue:
    """Send it now: recipients and letter are frozen, nothing has gone out."""
    workflow.send_now(issue)
    assert workflow.freeze(issue.pk)
    issue.refresh_from_db()
    return issue


def send(issue: Issue) -> Issue:
    """All of it that can go now, through one worker."""
    if issue.status in Issue.EDITABLE:
        workflow.send_now(issue)
    workflow.freeze(issue.pk)
    sending.send_batches(issue.pk, worker="test", seconds=30)
    issue.refresh_from_db()
    return issue


def statuses(issue: Issue) -> dict[str, int]:
    """How many of its deliveries are in each status."""
    found: dict[str, int] = {}
    for status in Delivery.objects.of(issue).values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def mail_through(settings: Any, url: str) -> None:
    """Let the newsletter leave through the server of this address."""
    parts = urlsplit(url)
    settings.NEWSLETTER_EMAIL = {"EMAIL_HOST": parts.hostname, "EMAIL_PORT": parts.port}
