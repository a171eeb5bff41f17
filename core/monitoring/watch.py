"""One turn of `manage.py watch`: look, tell what lasts, remember what was told.

What was told is kept in a file, because the database may be what is away.
"""

import json
import logging
import tempfile
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils.translation import gettext as _

from core import broker
from core.monitoring import alert_state, alerts, certificate, checks, heartbeats, processes, tasks
from core.monitoring.results import CheckResult, Level

LOOK_SECONDS = 30  # for all checks together; a database that hangs must not hang this
CERTIFICATE_SECONDS = 3600
log = logging.getLogger(__name__)


class Watch:
    """What one process of `watch` knows from turn to turn."""

    def __init__(self, state_file: Path) -> None:
        self.file = state_file
        self.state = _read(state_file)
        self._looking: threading.Thread | None = None
        self._found: list[CheckResult] = []
        self.last: list[CheckResult] = []  # what the last turn found
        self._next_certificate = 0.0

    def turn(self) -> None:
        """Look once, tell what is to be told, write down what was. Never raises."""
        self.last = found = self.look()
        lasts = settings.ALERT_AFTER_MINUTES * 60
        self.state, news = alert_state.advance(self.state, found, now=time.time(), lasts=lasts)
        for each in news:
            log.warning("%s", alerts.headline(each))
            if alerts.tell(each):
                self.state = alert_state.told(self.state, each)
        _write(self.file, self.state)
        alerts.ping()

    def look(self) -> list[CheckResult]:
        """Return what the checks find. Where they hang, that the database does."""
        if self._looking is None or not self._looking.is_alive():
            self._found = []
            self._looking = threading.Thread(target=self._look, daemon=True)
            self._looking.start()
        self._looking.join(LOOK_SECONDS)
        if self._looking.is_alive():
            sentence = _("The database did not answer within %d seconds.") % LOOK_SECONDS
            advice = _("Look at its log, and at the load of its machine.")
            return [CheckResult("database", Level.ERROR, sentence, advice)]
        return self._found

    def _look(self) -> None:
        close_old_connections()
        try:
            self._prepare()
        except Exception as error:  # the checks say what is the matter
            log.warning("Something could not be looked at: %s", type(error).__name__)
        try:
            self._found = checks.run()
        finally:
            connection.close()

    def _prepare(self) -> None:
        """Do what only this process does: show that it works, ask workers, see the certificate."""
        heartbeats.record(heartbeats.WATCH)
        if heartbeats.ages().get(heartbeats.BEAT, 1e9) > processes.SILENT_SECONDS:
            for queue, name in settings.HEARTBEAT_QUEUES.items():
                # Beat does not ask the workers whether they work, so we do.
                broker.publish(tasks.HEARTBEAT, queue, expires=50, queue=name)
        if time.monotonic() > self._next_certificate:
            certificate.look()
            self._next_certificate = time.monotonic() + CERTIFICATE_SECONDS


def _read(path: Path) -> alert_state.State:
    try:
        return alert_state.from_json(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}


def _write(path: Path, state: alert_state.State) -> None:
    """Replace the file. A full disk costs no more than a trouble told twice after a restart."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as new:
            json.dump(alert_state.to_json(state), new)
        Path(new.name).replace(path)
    except OSError as error:
        log.warning("ALERT_STATE_FILE cannot be written: %s", error.strerror)
