"""A deployment starts workers and beat as `make run` and the tests do."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from devstack import workers
from tests.processes import Process

ROOT = Path(settings.BASE_DIR)


def test_the_documented_commands_are_those_that_the_tests_start():
    text = (ROOT / "docs/deploy.md").read_text().replace("\\\n", " ")
    documented = [shlex.split(line) for line in re.findall(r"^celery .*$", text, re.MULTILINE)]
    ours = [workers.clinic(), workers.letters(), workers.beat("/var/lib/curednation/beat")]
    queue = settings.WORKER_QUEUES.letters  # of this test process
    ours = [[word.replace(queue, "celery-newsletter") for word in line] for line in ours]
    assert [sorted(line) for line in documented] == [sorted(line) for line in ours]


@pytest.mark.django_db(transaction=True)
def test_one_beat_has_a_schedule_and_its_successor_takes_over(tmp_path):
    command = [*workers.beat(str(tmp_path / "beat")), "--loglevel", "info"]

    def running() -> Process:
        return Process(
            command, ready=lambda beat: "beat: Starting" in beat.output(), LOG_LEVEL="INFO"
        )

    with running():
        second = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert "Another beat runs with the schedule beat" in second.stderr
    with running() as successor:  # the first was killed
        assert "corrupted" not in successor.output()
