"""`manage.py doctor` tries everything, says in words what to do, and ends with 1 where it must."""

import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.staff.models import User
from devstack import deploy_tools
from tests.core.staff.people import make_staff
from tests.newsletter.issues import make_practice
from tests.newsletter.test_dns_records import dns_server
from tests.processes import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def deployed(settings):
    """The settings of a clinic whose name nobody answers to."""
    settings.SITE_URL = f"https://127.0.0.1:{free_port()}"
    settings.DEFAULT_FROM_EMAIL = settings.NEWSLETTER_FROM_EMAIL = "office@clinic.test"
    make_practice(mail_name="Elm Office")
    with dns_server({}) as settings.DNS_SERVER:
        yield


def doctor(*options: str) -> tuple[int, str]:
    """Return its exit status, and what it printed."""
    printed = StringIO()
    try:
        call_command("doctor", *options, stdout=printed)
    except SystemExit as ended:
        return int(ended.code or 0), printed.getvalue()
    return 0, printed.getvalue()


def line(said: str, words: str) -> str:
    """Return the line with these words, and the advice below it."""
    lines = said.splitlines()
    [at] = [place for place, text in enumerate(lines) if words in text]
    below = lines[at + 1] if at + 1 < len(lines) and "→" in lines[at + 1] else ""
    return f"{lines[at]} {below}"


@contextmanager
def https(
    settings, tmp_path, monkeypatch, *, status=200, trusted=True, **headers
) -> Iterator[None]:
    """A site that answers like that under SITE_URL, with a certificate of its own."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = [deploy_tools.find("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-days", "30", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value.replace("SITE", settings.SITE_URL))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    settings.SITE_URL = f"https://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def test_a_site_that_nobody_answers_for_is_said_and_ends_with_1():
    status, said = doctor()
    assert status == 1
    found = line(said, "Nobody answers at https://127.0.0.1:")
    assert found.startswith("wrong")
    assert "ports 80 and 443" in found
    assert "fine   The database answers." in said


@pytest.mark.parametrize(
    ("answer", "sentence", "advice"),
    [
        ({"status": 200, "Strict_Transport_Security": "max-age=1"}, "answers by https", ""),
        ({"status": 200}, "takes away headers", "Compare it with deploy/"),
        ({"status": 502}, "The home page answers 502", "systemctl status curednation-web"),
        ({"status": 400}, "The home page answers 400", "ALLOWED_HOSTS"),
        ({"status": 200, "trusted": False}, "Browsers refuse the certificate", "journalctl -u"),
    ],
)
def test_what_the_site_answers_by_https_is_said(
    settings, tmp_path, monkeypatch, answer, sentence, advice
):
    with https(settings, tmp_path, monkeypatch, **answer):
        _status, said = doctor()
    assert advice in line(said, sentence)


def test_a_proxy_that_is_not_trusted_sends_people_round_in_circles(settings, tmp_path, monkeypatch):
    with https(settings, tmp_path, monkeypatch, status=301, Location="SITE/"):
        status, said = doctor()
    assert "TRUSTED_PROXIES" in line(said, "round in circles")
    assert status == 1


def test_a_real_mail_is_sent_and_says_what_to_look_at(settings, smtp_server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    _status, said = doctor("--mail-to", "you@clinic.test")
    assert line(said, "A mail went to you@clinic.test").startswith("fine")
    [mail] = smtp_server.mails
    assert "Elm Office" in mail["From"]
    assert "dkim=pass" in str(mail)


def test_a_mail_server_that_is_away_is_said_in_its_own_words(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    status, said = doctor("--mail-to", "you@clinic.test")
    found = line(said, "No connection to the mail server")
    assert (status, found.startswith("wrong")) == (1, True)
    assert "EMAIL_URL" in found


def test_what_dns_says_of_the_sender_is_said(settings):
    records = {
        ("clinic.test", "TXT"): ['"v=spf1 include:mail.test -all"'],
        ("_dmarc.clinic.test", "TXT"): ['"v=DMARC1; p=none"'],
    }
    empty = settings.DNS_SERVER
    with dns_server(records) as settings.DNS_SERVER:
        _status, said = doctor()
    assert line(said, "SPF clinic.test").startswith("fine")
    assert line(said, "DMARC _dmarc.clinic.test").startswith("fine")
    settings.DNS_SERVER = empty
    _status, said = doctor()
    found = line(said, "SPF clinic.test: There is none")
    assert found.startswith("look")
    assert "mail provider" in found


def test_whether_anybody_can_manage_the_clinic_is_said():
    assert "invite_manager" in line(doctor()[1], "The clinic has no manager")
    manager = make_staff("manager")
    User.objects.filter(pk=manager.pk).update(last_login=None)
    assert "--again" in line(doctor()[1], "No manager has signed in yet")


def test_what_the_project_has_decided_is_no_advice(settings):
    """SILENCED_SYSTEM_CHECKS: what else runs under the domain is the owner's to know."""
    settings.SECURE_HSTS_SECONDS = 3600
    assert "SECURE_HSTS_INCLUDE_SUBDOMAINS" not in doctor()[1]


def test_two_purposes_with_one_key_are_said(settings):
    settings.ADDRESS_KEY = settings.SECRET_KEY
    assert line(doctor()[1], "are the same").startswith("look")


def test_an_address_that_is_none_is_refused():
    with pytest.raises(CommandError, match="no e-mail address"):
        doctor("--mail-to", "you")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NEWSLETTER_PER_SECONDS", "NEWSLETTER_PER_SECOND"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("BACKUP_RECIPIENT", "BACKUP_RECIPIENTS"),
    ],
)
def test_a_misspelt_setting_is_found_and_the_right_one_is_named(monkeypatch, written, meant):
    monkeypatch.setenv(written, "1")
    assert f"Write {meant}, or take the line out." in line(doctor()[1], f"{written} is no setting")


def test_what_is_of_the_machine_is_no_setting_of_ours(monkeypatch):
    for name in ("PATH", "HOME", "INVOCATION_ID", "AWS_ACCESS_KEY_ID", "LISTEN_FDS"):
        monkeypatch.setenv(name, "1")
    assert "is no setting" not in doctor()[1]
