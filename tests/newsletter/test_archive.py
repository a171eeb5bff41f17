"""Past issues on the site: who can read them, the list, the feed, the sitemap."""

from xml.etree import ElementTree

import pytest

from newsletter.issues import workflow
from tests.newsletter.issues import mail_through, make_issue, send, start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _our_server(settings, smtp_server):
    mail_through(settings, smtp_server.url)


@pytest.fixture
def publish(django_capture_on_commit_callbacks):
    """Send an issue, with what happens when it is committed."""

    def publish(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            return send(make_issue(**fields))

    return publish


def test_everybody_can_read_what_was_sent(client, publish):
    issue = publish(subject="Fall & winter", body="<h2>Hours</h2><p>Open on Saturdays.</p>")
    page = client.get(issue.get_absolute_url())
    assert "Fall &amp; winter" in page.text
    assert "<p>Open on Saturdays.</p>" in page.text
    assert "CNSLOT" not in page.text
    assert "public" in page["Cache-Control"]
    assert "Cookie" not in page.get("Vary", "")
    listed = client.get("/newsletter/").text
    assert issue.get_absolute_url() in listed
    assert 'lang="en">Fall' not in page.text + listed
    spanish = client.get(f"/es{issue.get_absolute_url()}").text
    assert '<h1 lang="en">Fall' in spanish
    assert "Este número está escrito en inglés." in spanish
    assert '<h3 lang="en"><a' in client.get("/es/newsletter/").text


def test_nobody_can_read_what_was_not_sent_or_is_kept_out(client, publish):
    draft, cancelled = make_issue(), start(make_issue())
    workflow.cancel(cancelled)
    private = publish(in_archive=False)
    for issue in (draft, cancelled, private, start(make_issue())):
        assert client.get(issue.get_absolute_url()).status_code == 404
        assert issue.get_absolute_url() not in client.get("/newsletter/").text
        assert issue.get_absolute_url() not in client.get("/newsletter/feed/").text


def test_a_new_issue_is_on_the_kept_pages_at_once(client, publish):
    first = publish(subject="First")
    assert client.get("/newsletter/").text.count("post-row") == 1
    client.get("/newsletter/feed/"), client.get(first.get_absolute_url())
    second = publish(subject="Second")
    assert client.get("/newsletter/").text.count("post-row") == 2
    assert second.subject in client.get("/newsletter/feed/").text
    assert second.get_absolute_url() in client.get(first.get_absolute_url()).text


def test_a_kept_page_asks_the_database_nothing(client, publish, django_assert_num_queries):
    issue = publish()
    pages = (issue.get_absolute_url(), "/newsletter/", "/newsletter/feed/")
    for page in pages:
        client.get(page)
    with django_assert_num_queries(0):
        for page in pages:
            assert client.get(page).status_code == 200


def test_the_feed_is_atom_with_whole_texts_and_addresses_that_work_elsewhere(client, publish):
    issue = publish(subject="Fall", body='<p><a href="/contact/">Write</a></p>')
    feed = ElementTree.fromstring(client.get("/newsletter/feed/").content)  # noqa: S314  (ours)
    atom = "{http://www.w3.org/2005/Atom}"
    [entry] = feed.findall(f"{atom}entry")
    assert entry.find(f"{atom}title").text == "Fall"
    assert entry.find(f"{atom}link").get("href").endswith(issue.get_absolute_url())
    assert 'href="http://127.0.0.1:8000/contact/"' in entry.find(f"{atom}content").text


def test_issues_are_in_the_sitemap(client, publish):
    issue = publish()
    assert "sitemap-issues.xml" in client.get("/sitemap.xml").text
    assert issue.get_absolute_url() in client.get("/sitemap-issues.xml").text


def test_an_issue_stays_readable_while_one_uncertain_mail_is_sent_again(client, publish):
    from newsletter.models import Batch, Delivery
    from tests.newsletter.factories import make_subscriber

    make_subscriber()
    issue = publish()
    Delivery.objects.update(status="uncertain", reason="The worker stopped.")
    Batch.objects.update(sent=0, uncertain=1)
    workflow.resend(Delivery.objects.get())
    assert client.get(issue.get_absolute_url()).status_code == 200
