"""A request has one name: in its answer, in each line of the log, in the tasks that it starts."""

import http.client
import io
import json
import logging
from collections.abc import Iterator

import pytest

from curednation import requests
from curednation.logs import JsonFormatter, NoPersonalData
from tests.core.mail.test_workers import wait_until
from tests.newsletter.factories import make_consent_text
from tests.newsletter.signup import SUBSCRIBE
from tests.pages.factories import make_practice

CANARY = "canary-token-57Xq"


@pytest.fixture
def lines() -> Iterator:
    """What a deployment with LOG_FORMAT=json would write meanwhile, line by line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(NoPersonalData())
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_request_of_anybody_has_a_name_of_ours(client):
    first, second = (client.get("/healthz", HTTP_X_REQUEST_ID="from-a-stranger") for _ in range(2))
    names = {first["X-Request-ID"], second["X-Request-ID"]}
    assert len(names) == 2
    assert "from-a-stranger" not in names


def test_a_trusted_proxy_brings_the_name_unless_it_is_none(client, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    kept = client.get("/healthz", HTTP_X_REQUEST_ID="3f2a-From-the-Proxy")
    assert kept["X-Request-ID"] == "3f2a-From-the-Proxy"
    for bad in ("", "short", "a" * 65, "with space in it", "grace@example.org", "line\nbreak1"):
        assert client.get("/healthz", HTTP_X_REQUEST_ID=bad)["X-Request-ID"] != bad


@pytest.mark.django_db
def test_each_line_of_the_log_is_json_with_the_name_and_the_route_and_no_path(
    client, lines, settings
):
    settings.LOG_REQUESTS = True
    client = type(client)()  # reads the settings of the middleware anew
    answer = client.get(f"/visit/{CANARY}/?name=Grace")
    told = [line for line in lines() if line["logger"] == requests.__name__]
    assert [line["status"] for line in told] == [404]
    assert {line["request_id"] for line in lines()} == {answer["X-Request-ID"]}
    assert set(told[0]) >= {"time", "level", "message", "route", "method", "milliseconds"}
    assert CANARY not in str(lines())
    assert "Grace" not in str(lines())


def test_an_error_is_one_line_without_its_text(lines):
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("somewhere").exception("It broke.")
    [line] = lines()
    assert "ValueError" in line["exception"]
    assert "test_an_error_is_one_line" in line["exception"]
    assert CANARY not in str(line)
    assert "request_id" not in line


def test_the_name_goes_with_the_task_that_a_request_starts(start_site, start_worker, smtp_server):
    """Somebody signs up for the newsletter; the worker that mails them works under its name."""
    make_consent_text()
    make_practice()
    environ = {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "LOG_REQUESTS": "on"}
    worker = start_worker(EMAIL_URL=smtp_server.url, **environ)
    site = start_site(**environ)
    host = site.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", SUBSCRIBE, "email=grace%40example.org&page=pages:home", form)
    name = connection.getresponse().headers["X-Request-ID"]
    smtp_server.wait_for(1)
    wait_until(lambda: '"succeeded' in worker.output() or "succeeded in" in worker.output())
    told = [json.loads(x) for x in worker.output().splitlines() if x.startswith("{")]
    assert [x["message"] for x in told if x.get("request_id") == name], worker.output()
    assert "grace" not in worker.output() + site.output()
    assert any(f'"request_id": "{name}"' in x for x in site.output().splitlines())
