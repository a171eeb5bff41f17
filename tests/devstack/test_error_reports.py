"""An error reaches a server that speaks Sentry's protocol, and nothing of anybody with it."""

import http.client
from collections.abc import Iterator

import pytest

from core.mail.tasks import deliver
from tests.core.monitoring.servers import WebServer

CANARY = "canary-57Xq"


@pytest.fixture
def sentry() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


def dsn(server: WebServer) -> str:
    return f"http://0123456789abcdef@127.0.0.1:{server.port}/7"


def test_an_error_of_a_page_is_reported_with_its_place_and_nothing_of_its_visitor(
    start_site, sentry
):
    site = start_site(
        SENTRY_DSN=dsn(sentry),
        DJANGO_SETTINGS_MODULE="tests.devstack.failing_settings",
        TRUSTED_PROXIES="127.0.0.1",
    )
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=10)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"visitor={CANARY}-cookie",
        "User-Agent": f"{CANARY}-agent",
        "X-Forwarded-For": "203.0.113.77",
        "X-Request-ID": "the-name-of-it",
    }
    path = f"/fails/{CANARY}-path/?name={CANARY}-query"
    connection.request("POST", path, f"email={CANARY}-body", headers)
    assert connection.getresponse().status == 500

    [received] = sentry.wait_for(1)
    assert received.path == "/api/7/envelope/"
    [event] = received.events()
    driver, caused, error = event["exception"]["values"]
    assert (error["type"], caused["type"]) == ("ValueError", "IntegrityError")
    assert "constraint_name=canaries_pkey" in driver["value"]
    assert "fails" in [frame["function"] for frame in caused["stacktrace"]["frames"]]
    assert event["transaction"] == "POST failing"
    assert event["tags"] == {"request_id": "the-name-of-it"}
    text = received.text()
    assert CANARY not in text
    assert "203.0.113.77" not in text
    for part in ("request", "user", "breadcrumbs", "extra", "server_name", "contexts", "modules"):
        assert part not in event
    frames = [frame for each in (error, caused) for frame in each["stacktrace"]["frames"]]
    assert all("vars" not in frame for frame in frames)


def test_an_error_of_a_task_is_reported_without_what_it_was_told(start_worker, sentry):
    start_worker(SENTRY_DSN=dsn(sentry))
    deliver.apply_async(args=[CANARY])
    [received] = sentry.wait_for(1)
    [event] = received.events()
    assert event["transaction"] == "core.mail.tasks.deliver"
    assert event["exception"]["values"][-1]["type"]
    assert CANARY not in received.text()


def test_a_dead_server_of_reports_fails_no_page(start_site):
    site = start_site(
        SENTRY_DSN="http://0123456789abcdef@127.0.0.1:1/7",
        DJANGO_SETTINGS_MODULE="tests.devstack.failing_settings",
    )
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/fails/x/")
    assert connection.getresponse().status == 500
