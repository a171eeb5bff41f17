"""What may be sent depends on who sends: 64 kB, more for staff and for the mail provider."""

import base64
import socket

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from curednation.request_body import MAX_BYTES, MAX_BYTES_STAFF, MAX_BYTES_WEBHOOK
from newsletter.models import Confirmation
from tests.core.guard.sockets import answer, connect, get, head, status
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.factories import make_consent_text

WEBHOOK, SECRET = "/newsletter/webhooks/postmark/", "postmark:a long secret word 123"


def sent(site: str, body: bytes = b"", **about) -> int:
    with connect(site) as line:
        line.sendall(head(site, **about) + body)
        return status(line)


def authorization(secret: str = SECRET) -> str:
    return f"Basic {base64.b64encode(secret.encode()).decode()}"


# ── over a connection ─────────────────────────────────────────────────────────


def test_a_large_form_of_a_stranger_is_refused_by_its_length_before_any_of_it_is_read(live_site):
    assert sent(live_site.url, content_length=MAX_BYTES + 1) == 413


def test_it_is_refused_while_every_thread_is_busy(start_site):
    site = start_site(WEB_THREADS="1")
    with transaction.atomic(), connect(site.url) as waiting:
        connection.cursor().execute("LOCK TABLE appointments_service")
        waiting.sendall(get(site.url, "/book/"))
        waiting.settimeout(0.5)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        assert sent(site.url, content_length=MAX_BYTES + 1) == 413
        with pytest.raises(TimeoutError):
            waiting.recv(1)


def test_a_browser_that_sends_all_of_it_first_still_sees_the_page(live_site):
    with connect(live_site.url) as line:
        line.sendall(head(live_site.url, content_length=4_000_000) + b"a" * 4_000_000)
        found = answer(line).decode()
    assert found.startswith("HTTP/1.1 413 ")
    assert "That is more than we can take." in found
    assert "no-store" in found
    assert "default-src 'self'" in found


def test_a_program_that_sends_too_much_is_told_so_as_of_any_other_error(live_site):
    with connect(live_site.url) as line:
        line.sendall(head(live_site.url, "/api/v1/bookings", content_length=MAX_BYTES + 1))
        found = answer(line).decode()
    assert found.startswith("HTTP/1.1 413 ")
    assert "application/problem+json" in found
    assert "urn:curednation:problem:" in found


def test_a_cookie_that_opens_nothing_lifts_no_limit(live_site):
    for cookie in ("sessionid=" + "a" * 32, 'sessionid="\\000\\000\\000\\000\\000\\000\\000\\000"'):
        assert sent(live_site.url, content_length=MAX_BYTES + 1, cookie=cookie) == 413


def test_a_session_in_which_nobody_has_signed_in_lifts_no_limit(live_site):
    client = Client()
    session = client.session
    session["something"] = 1
    session.save()
    cookie = f"sessionid={session.session_key}"
    assert sent(live_site.url, content_length=MAX_BYTES + 1, cookie=cookie) == 413


def test_staff_upload_more_and_not_anything(live_site):
    client = sign_in(Client(), make_staff("editor"))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    about = {"path": "/admin/articles/article/add/", "cookie": cookie}
    body = b"title=" + b"a" * 1_000_000
    # It has come to the view: the form lacks its token.
    assert sent(live_site.url, body, content_length=len(body), **about) == 403
    assert sent(live_site.url, content_length=MAX_BYTES_STAFF + 1, **about) == 413


def test_a_body_without_a_length_has_the_same_limit(live_site):
    def chunked(size: int) -> int:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"a" * size)
        return sent(live_site.url, body, transfer_encoding="chunked")

    assert chunked(100) == 200  # it has come to the view, which asks for an address
    assert chunked(MAX_BYTES + 1) == 413


def test_a_form_that_breaks_off_is_no_form(live_site):
    make_consent_text()
    typed = b"email=grace%40example.org&page=pages:home"
    ours = {"sec_fetch_site": "same-origin"}
    with connect(live_site.url) as line:
        line.sendall(head(live_site.url, content_length=len(typed) + 10, **ours) + typed)
        line.shutdown(socket.SHUT_WR)
        assert status(line) in (0, 400)
    assert not Confirmation.objects.exists()
    assert sent(live_site.url, typed, content_length=len(typed), **ours) == 200
    assert Confirmation.objects.exists()


def test_a_report_of_the_mail_provider_may_be_larger_when_it_brings_the_secret(start_site):
    site = start_site(NEWSLETTER_WEBHOOK_SECRET=SECRET)
    about = {"path": WEBHOOK, "kind": "application/json"}
    body = b'{"a": "%b"}' % (b"a" * 200_000)
    known = {"authorization": authorization()}
    assert sent(site.url, body, content_length=len(body), **about, **known) == 200  # read
    assert sent(site.url, content_length=MAX_BYTES_WEBHOOK + 1, **about, **known) == 413
    assert sent(site.url, content_length=MAX_BYTES + 1, **about) == 413
    wrong = authorization("postmark:another secret word 12")
    assert sent(site.url, content_length=MAX_BYTES + 1, **about, authorization=wrong) == 413


# ── and under any other server ────────────────────────────────────────────────


@pytest.mark.django_db
def test_django_refuses_by_the_length_as_well():
    response = Client().post(reverse("newsletter:subscribe"), {"email": "a" * (MAX_BYTES + 1)})
    assert response.status_code == 413
    assert "Shorten it and send it again." in response.text
    assert response["Cache-Control"] == "no-store"
