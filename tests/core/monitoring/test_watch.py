"""What lasts reaches the operator by mail and webhook, with nothing else of the site alive."""

import json
import os
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as project
from django.core.management import call_command

from core.monitoring import certificate, tasks
from core.monitoring.models import Certificate, Heartbeat
from core.monitoring.watch import Watch
from tests.core.mail.test_workers import wait_until
from tests.core.monitoring.health import all_alive, everything_works
from tests.processes import database_url
from tests.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
DEAD_DATABASE = "postgres://nobody:secret-word@127.0.0.1:1/nothing"


@pytest.fixture
def told(settings, tmp_path, smtp_server, web_server):
    """Everything works, and the operator is told at once what does not."""
    settings.ALERT_STATE_FILE = str(tmp_path / "alerts.json")
    settings.ALERT_AFTER_MINUTES = 0
    server = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": smtp_server.port}
    settings.ALERT_EMAIL_SERVER = server | {"EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": ""}
    settings.ALERT_WEBHOOK_URL = f"{web_server.url}/hook"
    everything_works(settings)
    return smtp_server, web_server


def turn() -> None:
    """One turn, of a process that has just started."""
    call_command("watch", once=True)


def test_a_dead_worker_is_told_once_by_mail_and_webhook_and_once_when_it_is_back(told):
    smtp_server, web_server = told
    turn()
    assert (smtp_server.mails, web_server.received) == ([], [])

    Heartbeat.objects.filter(name="worker_clinic").update(at=datetime(2020, 1, 1, tzinfo=UTC))
    turn()
    turn()
    [mail] = smtp_server.mails
    [posted] = web_server.received
    assert mail["To"] == "operator@example.org"
    assert "Trouble: E-mails, reminders" in mail["Subject"]
    assert "/admin/status/" in mail.get_content()
    assert (posted.path, posted.json()["check"]) == ("/hook", "worker_clinic")
    assert (posted.json()["status"], posted.json()["level"]) == ("trouble", "error")

    all_alive()
    turn()
    turn()
    assert "Passed:" in smtp_server.mails[1]["Subject"]
    assert [each.json()["status"] for each in web_server.received] == ["trouble", "passed"]
    assert len(smtp_server.mails) == 2


def test_where_one_way_is_dead_the_other_tells_and_where_both_are_it_is_told_later(told):
    smtp_server, web_server = told
    Heartbeat.objects.filter(name="beat").delete()
    smtp_server.close()
    web_server.status = 500
    turn()
    assert len(web_server.received) == 1
    web_server.status = 200
    turn()
    turn()
    assert len(web_server.received) == 2
    assert [each.json()["check"] for each in web_server.received] == ["beat", "beat"]
    smtp_server.open()


def test_a_ping_is_sent_after_each_turn(told, settings, web_server):
    settings.ALERT_PING_URL = f"{web_server.url}/ping"
    turn()
    assert [each.path for each in web_server.received] == ["/ping"]
    web_server.status = 500
    turn()  # whatever it answers


def test_watch_asks_the_workers_itself_while_beat_is_dead(told, start_worker, settings):
    start_worker()
    Heartbeat.objects.all().delete()
    turn()
    wait_until(lambda: Heartbeat.objects.filter(name__startswith="worker_").count() == 2)


def test_with_database_broker_and_cache_away_the_operator_is_told(smtp_server, tmp_path):
    """As a process of its own, as the operator starts it; a second start tells nothing twice."""
    environ = os.environ | {
        "DATABASE_URL": DEAD_DATABASE,
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "CACHE_URL": "redis://127.0.0.1:1/1",
        "DJANGO_SETTINGS_MODULE": "curednation.settings",
        "EMAIL_URL": smtp_server.url,
        "ALERT_EMAIL": "operator@example.org",
        "ALERT_EMAIL_URL": smtp_server.url,
        "ALERT_AFTER_MINUTES": "0",
        "ALERT_STATE_FILE": str(tmp_path / "state" / "alerts.json"),
    }
    for _start in range(2):
        done = subprocess.run(
            [sys.executable, "manage.py", "watch", "--once"],
            cwd=project.BASE_DIR,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "secret-word" not in done.stderr + done.stdout
    subjects = "".join(mail["Subject"] for mail in smtp_server.mails)
    assert len(smtp_server.mails) == 3
    for service in ("database", "broker", "cache"):
        assert f"The {service} does not answer." in subjects


def test_a_database_that_hangs_hangs_no_turn(told, monkeypatch):
    from core.monitoring import checks, watch

    release = threading.Event()
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(checks, "run", lambda: release.wait(30) and [])
    watching = Watch(Path(project.ALERT_STATE_FILE))
    watching.turn()
    watching.turn()
    release.set()
    [mail] = told[0].mails
    assert "The database did not answer" in mail["Subject"]


def test_a_state_file_that_cannot_be_written_stops_nothing(told, settings, tmp_path):
    settings.ALERT_STATE_FILE = str(tmp_path)  # a folder
    Heartbeat.objects.filter(name="beat").delete()
    turn()
    assert len(told[0].mails) == 1


def test_beat_shows_that_it_works_without_any_worker(beat):
    wait_until(lambda: Heartbeat.objects.filter(name="beat").exists())
    assert not Heartbeat.objects.filter(name="worker_clinic").exists()


@pytest.fixture
def beat(tmp_path):
    command = [sys.executable, "-m", "celery", "-A", "curednation", "beat", "--pidfile", ""]
    environ = {"DJANGO_SETTINGS_MODULE": "curednation.settings", "DATABASE_URL": database_url()}
    process = subprocess.Popen(
        [*command, "--schedule", str(tmp_path / "beat")],
        cwd=project.BASE_DIR,
        env=os.environ | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield
    process.kill()
    process.wait()


def test_a_worker_shows_at_its_start_and_by_its_task_that_it_works(start_worker):
    start_worker()
    wait_until(lambda: Heartbeat.objects.count() == 2)
    first = Heartbeat.objects.get(name="worker_clinic").at
    tasks.heartbeat.apply_async(args=["clinic"])
    wait_until(lambda: Heartbeat.objects.get(name="worker_clinic").at > first)


def test_a_task_that_fails_in_a_worker_is_counted(start_worker):
    from core.mail.tasks import deliver
    from core.monitoring.models import TaskFailure

    start_worker()
    deliver.apply_async(args=["canary-57Xq"])
    wait_until(lambda: TaskFailure.objects.exists())
    row = TaskFailure.objects.get()
    assert (row.task, row.count) == ("core.mail.tasks.deliver", 1)
    assert "canary" not in json.dumps(list(TaskFailure.objects.values("task", "error")))


# ── the certificate ──


@contextmanager
def https(folder: Path, *, days: int):
    """A server with a certificate of its own for localhost; yields its port and where it stands."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    from tests.core.monitoring.servers import WebServer

    with WebServer() as server:
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        yield server.port, pem


def test_the_certificate_is_read_as_a_browser_reads_it(settings, tmp_path, monkeypatch):
    with https(tmp_path, days=90) as (port, pem):
        settings.SITE_URL = f"https://localhost:{port}"
        certificate.look()
        assert "self-signed" in Certificate.objects.get().problem

        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        certificate.look()
        seen = Certificate.objects.get()
        left = seen.expires_at - datetime.now(UTC)
        assert (seen.problem, left.days) == ("", 89)
    with https(tmp_path, days=-1) as (port, pem):
        settings.SITE_URL = f"https://localhost:{port}"
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        certificate.look()
        assert "expired" in Certificate.objects.get().problem


def test_a_site_that_cannot_be_reached_from_within_tells_nothing_of_its_certificate(settings):
    settings.SITE_URL = "https://localhost:1"
    certificate.look()
    assert not Certificate.objects.exists()


def test_a_server_that_takes_no_mail_is_given_up_in_time(told, settings):
    """The command says in its log that nobody could be told, and goes on."""
    smtp: SmtpServer = told[0]
    smtp.answer("554 no", times=None)
    settings.ALERT_WEBHOOK_URL = ""
    Heartbeat.objects.filter(name="beat").delete()
    turn()
    assert (smtp.attempts, smtp.mails) == (1, [])


def test_the_password_of_the_outbox_is_given_to_no_other_server(told, settings):
    """A server that offers no login would refuse it, and one of somebody else would learn it."""
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "office", "secret-word"
    settings.ALERT_EMAIL_SERVER |= {"EMAIL_HOST_USER": None, "EMAIL_HOST_PASSWORD": None}
    Heartbeat.objects.filter(name="beat").delete()
    turn()
    assert len(told[0].mails) == 1
