"""A test process that is killed leaves no broker of its own running."""

import subprocess
import sys
import time

import pytest
from django.conf import settings

from devstack.processes import port_is_free

START = """
import sys, time
from tests import brokers
broker = getattr(brokers, sys.argv[1])()
broker.start()
print(broker.port, flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["Redis", "RabbitMQ"])
def test_a_broker_ends_with_the_process_that_started_it(kind):
    process = subprocess.Popen(
        [sys.executable, "-c", START, kind],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        port = int(process.stdout.readline())
        assert not port_is_free(port)
        process.kill()
    deadline = time.monotonic() + 20
    while not port_is_free(port):
        assert time.monotonic() < deadline, f"{kind} still runs"
        time.sleep(0.1)
