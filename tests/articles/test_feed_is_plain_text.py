"""What is plain text in the database is plain text in Atom: "<" is a sign, not a tag."""

from xml.etree import ElementTree

import pytest
from django.utils import timezone

from newsletter.issues import workflow
from tests.articles.factories import make_article
from tests.newsletter.issues import make_issue

ATOM = "{http://www.w3.org/2005/Atom}"


def summary(client, path: str) -> ElementTree.Element:
    feed = ElementTree.fromstring(client.get(path).text)  # noqa: S314  (our own)
    [found] = feed.findall(f"{ATOM}entry/{ATOM}summary")
    return found


@pytest.mark.django_db
def test_a_summary_is_plain_text_in_both_feeds(client):
    text = "Wait <24 hours & more"
    make_article(summary=text)
    workflow.record_past(make_issue(preview=text), sent_at=timezone.now())
    for path in ("/articles/feed/", "/newsletter/feed/"):
        found = summary(client, path)
        assert found.text == text
        assert found.get("type", "text") == "text"
