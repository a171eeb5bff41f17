"""Real mail servers for a sender that runs in the test's own process."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from core.practice.models import Practice
from curednation.celery import app
from tests.brokers import use_broker
from tests.core.mail.odd_server import OddServer
from tests.pages.factories import make_practice
from tests.silent_server import SilentServer
from tests.smtp import SmtpServer


def send_to(settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


@pytest.fixture
def server(smtp_server: SmtpServer, settings) -> SmtpServer:
    """The mail server of this site."""
    send_to(settings, smtp_server.port)
    return smtp_server


@pytest.fixture
def odd_server(settings) -> Iterator[Callable[..., OddServer]]:
    """Give this site a mail server that misbehaves: `odd_server(mail="552 Too big")`."""
    with ExitStack() as stack:

        def start(**answers: str) -> OddServer:
            odd = stack.enter_context(OddServer(**answers))
            send_to(settings, odd.port)
            return odd

        yield start


@pytest.fixture
def practice(db) -> Practice:
    return make_practice()


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Publish there meanwhile."""
    ours = app.conf.broker_url
    use_broker(url)
    try:
        yield
    finally:
        use_broker(ours)


@contextmanager
def broker_down() -> Iterator[None]:
    """Meanwhile nobody listens where the broker was."""
    with socket.socket() as taken:  # bound and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        with broker_at(f"redis://127.0.0.1:{taken.getsockname()[1]}/0"):
            yield


@contextmanager
def broker_hanging() -> Iterator[SilentServer]:
    """Meanwhile it takes connections and never says a word; how often, it can be asked."""
    with SilentServer() as silent, broker_at(silent.url):
        yield silent


@pytest.fixture
def dead_broker() -> Iterator[None]:
    with broker_down():
        yield


@pytest.fixture
def hung_broker() -> Iterator[SilentServer]:
    with broker_hanging() as silent:
        yield silent
