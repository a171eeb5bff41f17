from collections.abc import Iterator

import pytest

from tests.core.monitoring.servers import WebServer


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    """A web server that keeps what it is sent. See servers.py."""
    with WebServer() as server:
        yield server
