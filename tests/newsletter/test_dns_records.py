"""What the page about SPF, DKIM and DMARC finds, from a real DNS server on this machine."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.test import Client

from newsletter.delivery import dns_records
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.issues import make_practice


@contextmanager
def dns_server(records: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    """Answers from `records`: (name, kind) → texts. Yields its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.2)
        open_for_work = True

        def answer() -> None:
            while open_for_work:
                try:
                    octets, who = line.recvfrom(4096)
                except OSError:
                    continue
                asked = dns.message.from_wire(octets)
                line.sendto(_answer(asked, records).to_wire(), who)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{line.getsockname()[1]}"
        open_for_work = False
        thread.join()


def _answer(asked: dns.message.Message, records) -> dns.message.Message:
    reply = dns.message.make_response(asked)
    question = asked.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    found = records.get((str(question.name).rstrip("."), kind))
    if found:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
    else:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


@pytest.fixture
def found(settings):
    """`found(records)` → what the page says of each record: {"SPF": (True, "…")}."""
    settings.NEWSLETTER_FROM_EMAIL = "News <news@letters.example.org>"

    def look(records):
        with dns_server(records) as address:
            settings.DNS_SERVER = address
            return {each.name: (each.ok, each.text) for each in dns_records.look()}

    return look


def test_records_in_order_are_found_in_order(found, settings):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.NEWSLETTER_DKIM_KEY = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = base64.b64encode(public).decode()
    halves = f'"v=DKIM1; k=rsa; p={text[:200]}" "{text[200:]}"'
    said = found(
        {
            ("letters.example.org", "TXT"): ['"other=1"', '"v=spf1 include:x.example -all"'],
            ("news._domainkey.letters.example.org", "TXT"): [halves],
            ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=quarantine"'],
            ("letters.example.org", "MX"): ["10 mx.example.org."],
        }
    )
    assert {name: ok for name, (ok, _) in said.items()} == dict.fromkeys(
        ["SPF", "DKIM", "DMARC", "MX"], True
    )


def test_what_is_missing_is_said(found):
    said = found({})
    assert said["SPF"][0] is False
    assert said["DKIM"] == (
        None,
        "No key is configured (NEWSLETTER_DKIM_KEY): issues are not signed here.",
    )
    assert said["DMARC"][0] is False
    assert said["MX"][0] is False


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (['"v=spf1 +all"'], "allows everybody"),
        (['"v=spf1 -all"', '"v=spf1 mx -all"'], "several"),
        (['"v=spf1 mx"'], "no end"),
        (['"v=spf1 ' + " ".join(f"include:{n}.example" for n in range(11)) + ' -all"'], "ten"),
    ],
)
def test_a_flaw_in_spf_is_said(found, records, said):
    ok, text = found({("letters.example.org", "TXT"): records})["SPF"]
    assert (ok, said in text) == (False, True), text


def test_another_key_in_dns_than_ours_is_said(found, settings):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.NEWSLETTER_DKIM_KEY = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    said = found({("news._domainkey.letters.example.org", "TXT"): ['"v=DKIM1; p=AAAA"']})
    assert said["DKIM"] == (False, "It holds another key than the one we sign with.")
    assert found({})["DKIM"] == (False, "There is none: publish the public part of the key.")


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'], "several"),
        (['"v=DMARC1; rua=mailto:x@example.org"'], "names no policy"),
    ],
)
def test_a_flaw_in_dmarc_is_said(found, records, said):
    ok, text = found({("_dmarc.letters.example.org", "TXT"): records})["DMARC"]
    assert (ok, said in text) == (False, True), text


def test_a_dns_that_does_not_answer_is_said_and_no_error(settings, monkeypatch):
    monkeypatch.setattr(dns_records, "PATIENCE", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        settings.DNS_SERVER = f"127.0.0.1:{silent.getsockname()[1]}"
        assert {each.ok for each in dns_records.look()} == {None}


@pytest.mark.django_db
def test_staff_see_them_on_a_page_with_the_limits(settings):
    make_practice()
    settings.NEWSLETTER_PER_HOUR = 500
    client = sign_in(Client(), make_staff("newsletter editor"))
    with dns_server({("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject"']}) as address:
        settings.DNS_SERVER = address
        page = client.get("/admin/newsletter/issue/dns-records/").text
    assert "v=DMARC1; p=reject" in page
    assert "500" in page
