"""Two web servers and a worker that share nothing but the services: docs/scaling.md."""

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage

from appointments.models import Appointment, Status
from core.environment import Environment
from core.images.object_storage import breaker
from tests.appointments import booking_steps
from tests.articles.buckets import bucket_server
from tests.articles.factories import edit, make_article
from tests.articles.test_pictures import make_asset
from tests.factories import make_service, monday
from tests.newsletter.factories import make_consent_text
from tests.newsletter.signup import OURS, SUBSCRIBE
from tests.processes import Process
from tests.visitor import Page, Visitor, over_http

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@dataclass
class Hosts:
    one: Process
    other: Process

    def balanced(self) -> Visitor:
        """Somebody whose requests go to one and the other in turn, as a balancer may deal them."""
        ask = over_http(self.one.url).transport
        turns = cycle([self.one.url, self.other.url])

        def transport(method: str, url: str, data, headers) -> Page:
            parts = urlsplit(url)
            address = f"{parts.path}?{parts.query}" if parts.query else parts.path
            return ask(method, next(turns) + address, data, headers)

        return Visitor(transport)


@pytest.fixture
def hosts(start_site, tmp_path, settings, monkeypatch) -> Iterator[Hosts]:
    """Each with a folder of its own; pictures lie in a bucket."""
    with bucket_server("clinic-pictures") as url:
        bucket = {"MEDIA_STORAGE_URL": f"s3://clinic-pictures?endpoint={url}&region=us-east-1"}
        monkeypatch.setenv(*bucket.popitem())
        storage = Environment().media_storage("MEDIA_STORAGE_URL")
        settings.STORAGES = settings.STORAGES | {"default": storage}
        breaker.reset()
        yield Hosts(
            *(
                start_site(MEDIA_ROOT=str(tmp_path / name), LIMIT_NEWSLETTER="4/hour")
                for name in ("one", "other")
            )
        )


def test_whichever_host_answers_it_is_one_site(hosts, celery_worker, smtp_server):
    make_consent_text()
    # A visit that is begun on one host is booked on the other, and a worker sends its mail.
    service = make_service()
    page = booking_steps.book(hosts.balanced(), service, monday())
    assert page.path.startswith("/book/done/"), page.text
    assert Appointment.objects.get().status == Status.BOOKED
    assert "Grace" in str(smtp_server.wait_for(1)[0])

    # What is kept by one is dropped by both when it changes.
    article = make_article(slug="open", title="Before")
    for host in (hosts.one, hosts.other) * 2:
        assert "Before" in over_http(host.url).get("/articles/open/").text
    edit(article, title="Afterwards", small=True)
    for host in (hosts.one, hosts.other):
        assert "Afterwards" in over_http(host.url).get("/articles/open/").text

    # A picture that was uploaded elsewhere opens on both.
    asset = make_asset()
    stored = default_storage.open(asset.file.name).read()
    for host in (hosts.one, hosts.other):
        with urllib.request.urlopen(host.url + asset.file.url, timeout=10) as answer:
            assert answer.read() == stored

    # What is limited is counted over both.
    visitor = hosts.balanced()
    answers = [
        visitor.transport(
            "POST", SUBSCRIBE, {"email": f"grace{n}@example.org", "page": "pages:home"}, OURS
        ).status
        for n in range(6)
    ]
    assert answers[0] in (200, 302, 303)
    assert 429 in answers, answers

    # One host gone is half of the site's power gone, and nothing else.
    hosts.one.kill()
    assert over_http(hosts.other.url).get("/articles/open/").status == 200
