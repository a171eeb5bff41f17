"""/dev/mail/ shows what the mail catcher kept: to read, safely, and in development only."""

import runpy
import subprocess
import sys
import time

import pytest
from django.core.mail import get_connection
from django.core.mail.message import EmailMultiAlternatives

from devstack import mailcatcher, paths
from tests.processes import free_port

HTML = "<html><head></head><body><p style='color: red'>Hello</p><script>x()</script></body></html>"

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.devstack.dev_urls")]


@pytest.fixture
def catcher(tmp_path, monkeypatch):
    """A mail catcher's process with a Maildir of its own; returns a connection to it."""
    (tmp_path / "mail").mkdir()
    monkeypatch.setattr(paths, "MAILDIR", tmp_path / "mail")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-P", mailcatcher.SERVER, str(port), tmp_path / "mail"]
    )
    monkeypatch.setattr(mailcatcher, "port", lambda: port)
    deadline = time.monotonic() + 15
    while not mailcatcher.answers():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
    process.terminate()
    assert process.wait(10) == 0


def send(catcher, subject="Your visit"):
    mail = EmailMultiAlternatives(
        subject, "Hello,\nsee https://clinic.test/x", "office@example.org", ["ana@example.org"]
    )
    mail.attach_alternative(HTML, "text/html")
    mail.attach("visit.ics", "BEGIN:VCALENDAR", "text/calendar")
    assert catcher.send_messages([mail]) == 1


def test_the_newest_mail_comes_first(catcher, client):
    send(catcher, "First visit")
    time.sleep(0.02)
    send(catcher, "Sécond visit")
    page = client.get("/dev/mail/").text
    assert page.index("Sécond visit") < page.index("First visit")
    assert "ana@example.org" in page


def test_a_mail_shows_its_parts_headers_and_attachments(catcher, client):
    send(catcher)
    address = client.get("/dev/mail/").context["mails"][0].key
    page = client.get(f"/dev/mail/{address}/").text
    assert '<a href="https://clinic.test/x"' in page
    assert "Message-ID" in page
    assert "visit.ics" in page
    assert "X-Envelope-To" not in page
    download = client.get(f"/dev/mail/{address}/attachments/1/")
    assert download.content == b"BEGIN:VCALENDAR"
    assert download["Content-Type"] == "text/calendar"
    assert download["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert client.get(f"/dev/mail/{address}/attachments/2/").status_code == 404


def test_the_html_of_a_mail_may_bring_styles_and_nothing_else(catcher, client):
    send(catcher)
    address = client.get("/dev/mail/").context["mails"][0].key
    response = client.get(f"/dev/mail/{address}/html/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "style='color: red'" in response.text
    frame = client.get(f"/dev/mail/{address}/")
    assert "unsafe-inline" not in frame["Content-Security-Policy"]


@pytest.mark.parametrize("key", ["nothing", "..", "%2e%2e%2fsmtp-port", "new"])
def test_only_mails_can_be_read(catcher, client, key):
    assert client.get(f"/dev/mail/{key}/").status_code == 404


def test_mail_is_thrown_away_by_a_post_only(catcher, client):
    send(catcher)
    assert client.get("/dev/mail/throw-away/").status_code == 405
    assert client.post("/dev/mail/throw-away/").status_code == 302
    assert "Nothing yet" in client.get("/dev/mail/").text


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_where_no_mail_has_come_none_is_thrown_away(tmp_path, monkeypatch, client, folder):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(paths, "MAILDIR", tmp_path / folder)
    assert client.post("/dev/mail/throw-away/").status_code == 302


@pytest.mark.parametrize("debug", [True, False])
def test_the_page_is_there_in_development_only(settings, debug):
    settings.DEBUG = debug
    found = runpy.run_path(str(settings.BASE_DIR / "curednation/urls.py"))["urlpatterns"]
    assert any(str(part.pattern) == "dev/mail/" for part in found) is debug
