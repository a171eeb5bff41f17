"""The master of the broker is lost, and Sentinel names another: the worker goes on there."""

import time

import pytest

from core.broker_address import are_sentinels, transport_options
from curednation.celery import app
from tests.core.mail.conftest import use_broker
from tests.core.mail.factories import make_email
from tests.sentinels import NAME, Sentinel
from tests.test_broken_brokers import MAILS, wait_for_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sentinel():
    before = app.conf.broker_url, app.conf.broker_transport_options
    with Sentinel() as sentinel:
        app.conf.broker_transport_options = transport_options(sentinel.url, NAME)
        use_broker(sentinel.url)
        try:
            yield sentinel
        finally:
            app.conf.broker_transport_options = before[1]
            use_broker(before[0])


def test_a_worker_goes_on_with_the_new_master_and_every_mail_arrives_once(
    sentinel, start_worker, smtp_server
):
    smtp_server.delay = 0.3
    environ = {"BROKER_URL": sentinel.url, "EMAIL_URL": smtp_server.url}
    worker = start_worker(**environ, WORKER_PROCESSES="2")
    for _ in range(MAILS):
        make_email()
    smtp_server.wait_for(5)
    sentinel.kill_master()
    late = make_email()  # while nobody is master
    deadline = time.monotonic() + 30
    while sentinel.master_port() != sentinel.replica:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    smtp_server.delay = 0
    wait_for_all(MAILS + 1)
    ids = [mail["Message-ID"] for mail in smtp_server.mails]
    assert len(ids) == len(set(ids)) == MAILS + 1
    assert late.message_id in ids
    assert worker.process.poll() is None, worker.output()
    after = make_email()
    deadline = time.monotonic() + 10  # told by the new master, not by the sweep
    while after.message_id not in {mail["Message-ID"] for mail in smtp_server.mails}:
        assert time.monotonic() < deadline, worker.output()
        time.sleep(0.1)


def test_an_address_of_sentinels_is_written_as_kombu_reads_it():
    for address in (
        "sentinel://10.0.0.1:26379/0",
        "sentinel://:a-password@one.clinic.test:26379/0;sentinel://:a-password@two:26379/0",
    ):
        assert are_sentinels(address)
    for address in (
        *("sentinel://", "sentinel://one,two", "sentinel://one:26379/0;redis://two:6379/0"),
        *("sentinel://one/0?master=x", "sentinel://one:x/0", "redis://one/0"),
    ):
        assert not are_sentinels(address), address
