"""HEAD works wherever GET does. That it answers alike, tests/crawl/test_crawl.py walks over."""

import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.templatetags.static import static

ONLY_GET = re.compile(r"\brequire_GET\b|require_http_methods\(\[(?![^]]*HEAD)[^]]*\"GET\"")


def test_no_view_takes_get_and_refuses_head():
    views = [
        path
        for app in ("appointments", "articles", "newsletter", "pages", "core", "curednation")
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
    ]
    assert len(views) > 100
    assert [str(path) for path in views if ONLY_GET.search(path.read_text())] == []
    assert ONLY_GET.search('@require_http_methods(["GET", "POST"])')


@pytest.mark.django_db(transaction=True)
def test_the_server_answers_head_without_a_body(live_site):
    for path in ("/", "/book/", "/book/", "/robots.txt", static("css/theme.css"), "/nothing/"):
        told = []
        for method in ("GET", "HEAD"):
            server = HTTPConnection(urlsplit(live_site.url).netloc, timeout=30)
            server.request(method, path)
            answer = server.getresponse()
            told.append((answer.status, answer.getheader("Content-Type")))
            assert bool(answer.read()) == (method == "GET"), path
            server.close()
        assert told[0] == told[1], path
