"""Files of messages: told by their content, written anew or looked through, encrypted."""

import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption

from appointments.patient_records import restriction
from core.staff.models import AuditEvent
from messaging.models import Attachment, AttachmentContent, Draft, Message
from messaging.uploads import pdf_check
from tests.appointments.staff_clients import signed_in
from tests.factories import make_patient
from tests.hostile_pictures import moving, png
from tests.messaging.writing import NEW, WORDS, make_thread, pdf, pdf_bytes, picture, sent
from tests.portal.signing_in import sign_in, sign_in_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def stored(pk: int) -> str:
    """What the database holds of a file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data FROM messaging_attachmentcontent WHERE attachment_id = %s", [pk]
        )
        return cursor.fetchone()[0]


def test_a_picture_and_a_pdf_go_with_a_message_and_only_its_readers_save_them(client):
    account = sign_in(client, make_patient())
    client.post(NEW, sent(uploads=[picture(), pdf()]))
    first, second = Attachment.objects.order_by("pk")
    assert (first.kind, first.name, second.kind) == ("picture", "Canarypicture.jpg", "pdf")
    assert (first.message, first.draft) == (Message.objects.get(), None)
    page = client.get(f"/me/messages/{first.message.thread.key}/").text
    assert "Canarypicture.jpg" in page
    path = f"/me/messages/files/{first.key}/"
    got = client.get(path)
    assert b"Canaryplace" not in got.content
    assert Image.open(io.BytesIO(got.content)).size == (60, 40)
    assert got["Content-Type"] == "image/jpeg"
    assert got["Content-Disposition"] == 'attachment; filename="picture.jpg"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert "no-store" in got["Cache-Control"]
    assert client.get(f"/me/messages/files/{second.key}/").content == pdf_bytes_of(second)
    stranger = Client()
    sign_in(stranger, make_patient())
    assert stranger.get(path).status_code == 404
    assert Client().get(path).status_code == 302
    clinician = signed_in("clinician")
    for_staff = clinician.get(f"/admin/message-files/{first.pk}/")
    assert for_staff.content == got.content
    assert "sandbox" in for_staff["Content-Security-Policy"]
    assert AuditEvent.objects.filter(
        model="appointments.patient", object_pks__contains=[str(account.own_record.pk)]
    ).exists()
    assert signed_in("front desk").get(f"/admin/message-files/{first.pk}/").status_code == 403
    restriction.restrict(account.own_record)
    assert clinician.get(f"/admin/message-files/{first.pk}/").status_code == 404


def pdf_bytes_of(attachment: Attachment) -> bytes:
    return bytes(AttachmentContent.objects.get(attachment=attachment).data)


def test_files_wait_with_the_draft_and_can_be_taken_off_again(client):
    account = sign_in(client, make_patient())
    client.post(NEW, {"keep": "1", "text": "", "uploads": [picture()]})
    [kept] = Draft.objects.get().attachments.all()
    assert "Canarypicture.jpg" in client.get(NEW).text
    assert client.get(f"/me/messages/files/{kept.key}/").status_code == 200
    sign_in(stranger := Client(), make_patient())
    assert stranger.get(f"/me/messages/files/{kept.key}/").status_code == 404
    assert signed_in("clinician").get(f"/admin/message-files/{kept.pk}/").status_code == 404
    client.post(NEW, {"remove": kept.key, "text": ""})
    assert not Attachment.objects.exists()
    client.post(NEW, {"keep": "1", "uploads": [pdf()]})
    client.post(NEW, sent(text=""))
    assert Message.objects.get().attachments.count() == 1, "a file alone is a message"
    assert account.threads.count() == 1


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (lambda: SimpleUploadedFile("a.jpg", b"<html><script>1</script>"), "this is neither"),
        (lambda: SimpleUploadedFile("a.pdf", b"MZ\x90\0 not a pdf"), "this is neither"),
        (lambda: SimpleUploadedFile("a.png", b""), "this is neither"),
        (lambda: SimpleUploadedFile("a.svg", b"<svg onload='x()'/>"), "this is neither"),
        (lambda: SimpleUploadedFile("b.png", png((9000, 9000))), "too large"),
        (lambda: SimpleUploadedFile("c.webp", moving("WEBP", (9, 9), 2)), "moves"),
        (lambda: SimpleUploadedFile("d.jpg", b"\xff\xd8\xff\xe0 broken"), "damaged"),
        (lambda: pdf(pdf_bytes(encrypt=StandardEncryption("", ownerPassword="x"))), "a password"),
        (lambda: pdf(pdf_bytes()[:-40]), "damaged or not whole"),
        (lambda: pdf(active(b"/Launch")), "a script or another file"),
        (lambda: pdf(b"%PDF-" + b" " * (10 * 1024 * 1024) + b"%%EOF"), "10 MB are possible"),
    ],
)
def test_what_is_not_taken_is_said_and_the_text_is_kept(client, upload, why):
    sign_in(client, make_patient())
    page = client.post(NEW, sent(uploads=[upload()]), follow=True).text
    assert why in page
    assert WORDS in page
    assert not Message.objects.exists()
    assert not Attachment.objects.exists()
    assert why not in client.get(NEW).text, "it is said once"


def test_a_message_takes_five_files_and_so_many_bytes(client, monkeypatch):
    sign_in(client, make_patient())
    page = client.post(NEW, sent(uploads=[pdf() for _ in range(6)]), follow=True).text
    assert "Five files fit into one message" in page
    assert Draft.objects.get().attachments.count() == 5
    monkeypatch.setattr("messaging.drafts.MOST_BYTES", 2000)
    client.post(NEW, {"discard": "1"})
    page = client.post(NEW, sent(uploads=[pdf(), pdf()]), follow=True).text
    assert "too large together" in page
    monkeypatch.setattr("messaging.drafts.MOST_FILES_A_DAY", 1)
    page = client.post(NEW, sent(uploads=[pdf()]), follow=True).text
    assert "You have sent many files today" in page


def test_names_and_bytes_are_encrypted_and_come_under_a_new_key(client, settings):
    thread = make_thread()
    sign_in_to(client, thread.account)
    client.post(f"/me/messages/{thread.key}/", sent(uploads=[pdf()]))
    attachment = Attachment.objects.get()
    before = stored(attachment.pk)
    assert "%PDF" not in before
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM messaging_attachment")
        assert "letter" not in cursor.fetchone()[0]
        cursor.execute("SELECT text FROM messaging_message")
        assert "Canarywords" not in cursor.fetchone()[0]
    settings.RECORD_KEYS = ["another key, which is long and random", *settings.RECORD_KEYS]
    call_command("rotate_record_keys")
    assert stored(attachment.pk) != before
    settings.RECORD_KEYS = settings.RECORD_KEYS[:1]
    assert pdf_bytes_of(attachment).startswith(b"%PDF")
    assert Message.objects.earliest("pk").text == WORDS


# ── what a PDF may hold ──


def active(objects: bytes) -> bytes:
    """A PDF with these names among its objects."""
    return pdf_bytes().replace(b"trailer", b"9 0 obj\n<< /S " + objects + b" >>\nendobj\ntrailer")


def packed(objects: bytes, *, words: bytes = b"", how: bytes = b"/FlateDecode") -> bytes:
    """A PDF with these objects in a stream of objects."""
    data = zlib.compress(objects)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter %b /Length %d %b>>" % (how, len(data), words)
    stream = b"9 0 obj\n" + head + b"\nstream\n" + data + b"\nendstream\nendobj\ntrailer"
    return pdf_bytes().replace(b"trailer", stream)


def test_a_pdf_that_shows_something_is_taken():
    pdf_check.check(pdf_bytes())
    pdf_check.check(packed(b"1 0 << /Type /Page /URI (https://example.org) >>"))
    pdf_check.check(active(b"/URI /URI (https://example.org/JavaScriptX)"))


@pytest.mark.parametrize("name", pdf_check.ACTIVE)
def test_a_pdf_that_does_something_is_not(name):
    spelled = b"".join(b"#%02X" % letter for letter in name)
    for objects in (b"/" + name, b"/" + spelled, b"/" + spelled.lower()):
        for content in (active(objects), packed(b"1 0 << /S " + objects + b" >>")):
            with pytest.raises(pdf_check.Active):
                pdf_check.check(content)


@pytest.mark.parametrize(
    "content",
    [
        lambda: packed(b"1 0", how=b"/LZWDecode"),
        lambda: packed(b"1 0", how=b"[/ASCIIHexDecode /FlateDecode]"),
        lambda: packed(b"1 0", how=b"7 0 R"),
        lambda: packed(b"1 0", words=b"/DecodeParms << /Predictor 12 >> "),
        lambda: packed(b"1 0", words=b"/A (endobj) "),
        lambda: packed(b"1 0", words=b"% "),
        lambda: packed(b"1 0 << /Type /ObjStm >>"),
        lambda: packed(b"0" * (pdf_check.LARGEST_UNPACKED + 1)),
        lambda: packed(b"1 0").replace(b"/ObjStm", b"/Obj#53tm"),
        lambda: active(b"/Type /ObjStm"),
    ],
)
def test_a_pdf_that_is_packed_in_an_unusual_way_is_not(content):
    with pytest.raises(pdf_check.Unclear):
        pdf_check.check(content())


def test_a_file_of_another_kind_before_or_behind_a_pdf_is_not_taken():
    for content in (b"PK\3\4" + pdf_bytes(), pdf_bytes() + b"PK\3\4", b""):
        with pytest.raises(pdf_check.NotAPdf):
            pdf_check.check(content)
