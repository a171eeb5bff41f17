"""The mail as a server gets it: headers, parts, links, signature."""

import base64
import re
from email import message_from_bytes, policy

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from articles.publishing import publication
from newsletter import links
from newsletter.delivery import message_ids
from newsletter.delivery.mime import IssueMessage, Recipient
from newsletter.issues import rendering
from newsletter.models import Delivery
from tests.articles.factories import make_article
from tests.newsletter.factories import make_subscriber
from tests.newsletter.issues import mail_through, make_issue, make_practice, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def got(settings, smtp_server):
    """One issue to one reader, as it was received: `got(body=…)` returns mail and raw bytes."""
    mail_through(settings, smtp_server.url)

    def receive(**fields):
        receive.reader = make_subscriber()
        receive.issue = send(make_issue(**fields))
        return smtp_server.mails[-1], smtp_server.envelopes[-1].content

    return receive


def text_of(mail, kind: str) -> str:
    return mail.get_body((kind,)).get_content()


def test_the_headers_that_mail_programs_act_on(got, settings):
    settings.NEWSLETTER_FROM_EMAIL = "news@letters.example.org"
    mail, _raw = got()
    unsubscribe = links.unsubscribe_url(got.reader.key, got.issue.pk)
    assert mail["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-ID"] == "<newsletter.127.0.0.1>"
    assert mail["Precedence"] == "bulk"
    assert mail["Feedback-ID"] == f"issue{got.issue.pk}:newsletter:127.0.0.1"
    assert mail["From"] == "EC Office <news@letters.example.org>"
    assert mail["To"] == got.reader.email
    delivery = Delivery.objects.get()
    assert message_ids.parse(mail["Message-ID"]) == (got.issue.pk, delivery.pk)
    assert mail["Message-ID"].endswith("@letters.example.org>")
    assert mail["Date"].datetime


def test_nothing_of_the_reader_stands_in_a_header_but_to_and_their_own_link(got):
    mail, _raw = got()
    for name, value in mail.items():
        if name not in ("To", "List-Unsubscribe"):
            assert got.reader.email not in value
            assert got.reader.key not in value


def test_one_click_on_the_received_link_leaves(got, client):
    mail, _raw = got()
    path = mail["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    got.reader.refresh_from_db()
    assert got.reader.status == "left"


def test_both_parts_hold_text_links_postal_address_and_no_slot(got):
    article = make_article(title="What naltrexone does")
    mail, raw = got(
        body='<h2>Hours</h2><p>See <a href="/contact/">us</a>.</p>'
        '<ul><li>one</li></ul><blockquote class="warning"><p>Call first</p></blockquote>',
        articles=[article.pk],
    )
    key, issue = got.reader.key, got.issue.pk
    for kind in ("plain", "html"):
        text = text_of(mail, kind)
        assert links.unsubscribe_url(key, issue) in text.replace("\n", "")
        assert links.preferences_url(key, issue) in text.replace("\n", "")
        assert "12 Example Street" in text
        assert "Nashville, TN 37201" in text
        assert "http://127.0.0.1:8000/contact/" in text
        assert article.get_absolute_url() in text
        assert "What naltrexone does" in text
    assert b"CNSLOT" not in raw
    assert "- one" in text_of(mail, "plain")
    assert "Hours\n-----" in text_of(mail, "plain").replace("\r", "")


def test_it_holds_no_pixel_and_no_link_that_leads_round(got):
    mail, _raw = got(body='<p><a href="https://example.org/a?b=c&amp;d=e">there</a></p>')
    html = text_of(mail, "html")
    assert "<img" not in html
    assert 'href="https://example.org/a?b=c&amp;d=e"' in html
    hosts = set(re.findall(r'href="(https?://[^/"]+)', html))
    assert hosts == {"https://example.org", "http://127.0.0.1:8000"}


@pytest.mark.parametrize(
    "words",
    ["....", "=20 = =3D", "Grüße 你好 🙂", "x" * 3000, ".\n.", "a" * 75 + "." * 80, "From me"],
)
def test_any_words_arrive_as_they_were_written(got, words):
    mail, raw = got(body=f"<p>{words}</p>", subject="Grüße – 你好")
    assert mail["Subject"] == "Grüße – 你好"
    assert " ".join(words.split()) in " ".join(text_of(mail, "html").split())
    assert raw.isascii()
    assert all(len(line) <= 78 or b":" in line[:20] for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_line_never_begins_with_a_full_stop_whatever_the_link(settings):
    make_practice()
    issue = make_issue(body="<p>.</p>" * 50)
    for length in range(1, 80):
        settings.SITE_URL = f"http://{'a' * length}.example"
        post = IssueMessage(rendering.render(issue), issue=1)
        octets = post.octets(Recipient("a@example.org", "k" * 22))
        assert b"\r\n." not in octets
        assert octets.endswith(b"\r\n")


def test_a_configured_key_signs_what_mail_programs_act_on(got, settings):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings.NEWSLETTER_DKIM_KEY = pem.replace("\n", "\\n")
    settings.NEWSLETTER_DKIM_SELECTOR = "news"
    settings.NEWSLETTER_FROM_EMAIL = "news@letters.example.org"
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    mail, raw = got()

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"news._domainkey.letters.example.org."
        return record

    assert dkim.verify(raw, dnsfunc=dns)
    for name in (
        b"List-Unsubscribe",
        b"List-Unsubscribe-Post",
        b"Feedback-ID",
        b"To",
        b"Subject",
    ):
        changed = re.sub(rb"(?m)^%b: " % name, b"%b: x" % name, raw)
        assert not dkim.verify(changed, dnsfunc=dns), name
    covered = re.search(rb"h=([^;]+);", raw)[1].lower()
    assert b"list-unsubscribe" in covered
    assert mail["DKIM-Signature"]


def test_the_letter_is_rendered_once_and_stays_as_it_was_frozen(got):
    article = make_article(title="Before")
    mail, _raw = got(articles=[article.pk])
    got.issue.refresh_from_db()
    assert "Before" in got.issue.email_html
    assert message_from_bytes(_raw, policy=policy.default)["Subject"] == got.issue.subject
    publication.archive(article)
    assert "Before" in text_of(mail, "html")
    assert [card["title"] for card in rendering.cards(got.issue)] == ["Before"]
