"""A deployment starts the web server as the tests do: docs name what is tested."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings

from devstack import web

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize("name", ["docs/deploy.md"])
def test_the_documented_command_is_the_one_that_the_tests_start(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    [line] = re.findall(r"^granian .*$", text, re.MULTILINE)
    words = shlex.split(line.replace('"$WEB_WORKERS"', "2"))
    expected = web.command(port=8000, workers=2)
    assert sorted(words) == sorted(expected)


def test_the_proxy_that_we_ship_buffers_and_bounds():
    text = (ROOT / "deploy/nginx/curednation.conf").read_text() + (
        ROOT / "deploy/nginx/curednation_proxy.conf"
    ).read_text()
    said = set(re.findall(r"^\s*(\w+)\s+[^;#]+;", text, re.MULTILINE))
    assert {
        *("client_header_timeout", "client_body_timeout", "send_timeout", "client_max_body_size"),
        *("proxy_request_buffering", "proxy_buffering", "limit_conn", "limit_req", "access_log"),
    } <= said
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    for each in ("access_log off;", "proxy_request_buffering on;"):
        assert each in text
