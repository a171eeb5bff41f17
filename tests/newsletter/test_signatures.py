"""Every signature of ours holds for a verifier that somebody else wrote."""

import base64
import re

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from newsletter.delivery import dkim_signature

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HEAD = (
    b"From: EC Office <news@letters.example.org>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\n"
    b" =?utf-8?q?_second_line?=\r\nList-ID:\t<newsletter.example.org>  \r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative;\r\n\tboundary="=_a:b"\r\nX-Other: not covered\r\n'
)


def pem(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(autouse=True)
def configured(settings):
    settings.NEWSLETTER_DKIM_KEY = pem(KEY).replace("\n", "\\n")
    settings.NEWSLETTER_DKIM_SELECTOR = "news"
    settings.NEWSLETTER_FROM_EMAIL = "EC Office <news@letters.example.org>"


def holds(mail: bytes) -> bool:
    """Ask dkimpy, with the public key where receivers look for it."""
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    records = {
        b"news._domainkey.letters.example.org.": b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    }
    return dkim.verify(mail, dnsfunc=lambda name, timeout=5: records[name])


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\r\n", b"\r\n\r\n\r\n", b" \t\r\n \r\n", b" \r\n.\t\r\n"),
        *(b"Hello\r\n", b"Hello \t there\t\r\n\r\n  \r\n\r\n", b"\r\n\r\nafter two\r\n"),
        *(b"=2Ea\r\n.\r\n..\r\n", b"x" * 5000 + b"\r\n", b"a" + b" " * 999 + b"b\r\n"),
        "Grüße 你好\r\n".encode(),
    ],
)
def test_whatever_the_body_the_signature_holds(body):
    assert holds(dkim_signature.signed(HEAD + b"\r\n" + body))


BLANKS = st.text(" \t\r\n", max_size=6).map(lambda text: re.sub("\r\n|\r|\n", "\r\n", text))
LINES = st.lists(st.one_of(BLANKS, st.text("a.=ü:", max_size=4)))
BODIES = LINES.map(lambda parts: "".join([*parts, "\r\n"]))
VALUES = st.lists(st.one_of(st.sampled_from([" ", "\t", "\r\n a", "\r\n\tb"]), st.text("a:;ü")))


@given(body=BODIES, subject=VALUES.map("".join))
@example(body="", subject="")
@example(body="a\r\n", subject="\t\r\n a")
@hypothesis(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_and_any_folding_give_a_signature_that_holds(body, subject):
    mail = HEAD.replace(b"Subject: ", b"Subject:%b " % subject.encode())
    assert holds(dkim_signature.signed(mail + b"\r\n" + body.encode()))


def test_what_relays_may_do_to_blanks_and_folds_leaves_it_whole():
    mail = dkim_signature.signed(HEAD + b"\r\nHello  there\r\n\r\n")
    assert holds(mail.replace(b"Hello  there\r\n\r\n", b"Hello\tthere   \r\n"))
    assert holds(mail.replace(b"Subject: =", b"SUBJECT:\r\n  ="))


@pytest.mark.parametrize(
    ("written", "changed"),
    [
        (b"Hello", b"Hallo"),
        (b"Hello\r\n", b"Hello\r\nand more\r\n"),
        (b"From: EC", b"From: ED"),
        (b"Subject: ", b"Subject: Re: "),
        (b"MIME-Version: 1.0\r\n", b""),
        (b"From: ", b"To: a@example.org\r\nFrom: "),
        (b" t=", b" t=1"),
    ],
)
def test_a_change_of_what_is_covered_breaks_it(written, changed):
    mail = dkim_signature.signed(HEAD + b"\r\nHello\r\n")
    assert written in mail
    assert not holds(mail.replace(written, changed, 1))


def test_no_line_of_the_signature_is_long():
    mail = dkim_signature.signed(HEAD + b"\r\nHello\r\n")
    field = mail[: mail.index(b"From: ")]
    assert field.startswith(b"DKIM-Signature: ")
    assert max(map(len, field.split(b"\r\n"))) <= 80


def test_a_key_that_is_not_rsa_is_refused(settings):
    settings.NEWSLETTER_DKIM_KEY = pem(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(ValueError, match="must be an RSA key"):
        dkim_signature.signed(HEAD + b"\r\nHello\r\n")
