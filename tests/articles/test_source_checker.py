import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from articles import tasks
from articles.revisions.content import SourceLine
from core.web.link_checker import check_link
from tests.articles.factories import make_draft


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path.strip("/") or 200))
        self.send_header("Location", "/200")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def elsewhere():
    """A web site on this machine that answers /404 with 404."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_staff_learn_which_sources_still_answer(elsewhere, settings):
    settings.LINK_CHECK_PRIVATE = True
    codes = (200, 301, 403, 404, 500)
    article = make_draft(sources=tuple(SourceLine("x", url=f"{elsewhere}/{c}") for c in codes))
    tasks.check_links(article.pk)
    tasks.check_links(article.pk)
    found = {int(each.url.rsplit("/", 1)[1]): each.ok for each in article.link_checks.all()}
    assert found == {200: True, 301: True, 403: True, 404: False, 500: False}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:6379/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://no-such-host.invalid/",
        "nonsense",
    ],
)
def test_a_source_cannot_make_us_knock_on_our_own_doors(url):
    ok, found = check_link(url)
    assert not ok
    assert found
