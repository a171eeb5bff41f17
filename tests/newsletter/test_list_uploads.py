"""A list that staff upload: its columns, a try in which nobody is added, the import by a worker."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import broker
from newsletter.models import Consent, ListUpload, ListUploadPart, Subscriber
from newsletter.tasks import erase_expired, read_list_upload, sweep
from newsletter.transfer import uploads
from tests.core.staff.people import fully_signed_in
from tests.newsletter.factories import make_subscriber
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
LIST = "/admin/newsletter/listupload/"
FILE = (
    "Kontakt,Wer,Unsubscribed at\nanna@example.org,Anna,\nruth@example.org,Ruth,2019-01-02\nx,,\n"
)
Status = ListUpload.Status


@pytest.fixture
def editor() -> Client:
    return fully_signed_in("newsletter editor")


@pytest.fixture(autouse=True)
def published(monkeypatch) -> list:
    """What the worker is told; the tests say when it works."""
    told: list = []
    monkeypatch.setattr(broker, "publish_on_commit", lambda task, *args: told.append((task, *args)))
    return told


def upload(client: Client, text: str | bytes, **more: str):
    octets = text if isinstance(text, bytes) else text.encode()
    data = {"file": SimpleUploadedFile("list.csv", octets), "source": "Paper forms of 2025"}
    return client.post(f"{LIST}add/", data | more, follow=True)


def send(client: Client, page: str, name: str, **answers: str):
    form = next(form for form in read_forms(page) if form.action.endswith(f"/{name}/"))
    return client.post(form.action, form.filled(**answers), follow=True)


def test_a_list_is_mapped_tried_and_imported_and_the_file_is_gone(editor, published):
    page = upload(editor, FILE)
    row = ListUpload.objects.get()
    assert "anna@example.org" in page.text
    assert "Always read: it says who left." in page.text
    page = send(editor, page.text, "columns")
    assert "Say which column holds the e-mail addresses." in page.text
    page = send(editor, page.text, "columns", **{"column-0": "email"})
    assert published == [("newsletter.tasks.read_list_upload", row.pk)]
    assert "0 % of the file has been read." in page.text
    assert editor.get(f"{LIST}{row.pk}/now/").status_code == 200

    read_list_upload(row.pk)
    row.refresh_from_db()
    assert (row.status, row.added, row.refused) == (Status.CHECKED, 2, 1)
    assert not Subscriber.objects.exists()
    assert editor.get(f"{LIST}{row.pk}/now/").headers["HX-Refresh"] == "true"
    page = editor.get(f"{LIST}{row.pk}/change/")
    report = b"".join(editor.get(f"{LIST}{row.pk}/report.csv")).decode().splitlines()
    assert report == ["line,email,why", "4,x,This is no e-mail address."]

    send(editor, page.text, "start")
    read_list_upload(row.pk)
    read_list_upload(row.pk)  # a task may run twice
    row.refresh_from_db()
    assert (row.status, row.added, row.sample) == (Status.DONE, 2, [])
    found = dict(Subscriber.objects.values_list("email", "status"))
    assert found == {"anna@example.org": "active", "ruth@example.org": "left"}
    assert set(Consent.objects.values_list("how", flat=True)) == {"Paper forms of 2025"}
    assert not ListUploadPart.objects.filter(kind="file").exists()


def test_a_column_that_says_who_left_cannot_be_taken_away(editor):
    page = upload(editor, FILE)
    row = ListUpload.objects.get()
    roles = ["email", "", ""]
    sent = {f"column-{place}": role for place, role in enumerate(roles)}
    editor.post(f"{LIST}{row.pk}/columns/", sent | {"all_in": "active"})
    read_list_upload(row.pk)
    uploads.check(ListUpload.objects.get(), roles=roles, all_in="active")
    read_list_upload(row.pk)
    uploads.start(ListUpload.objects.get())
    read_list_upload(row.pk)
    assert Subscriber.objects.get(email="ruth@example.org").status == "left"
    assert page.status_code == 200


def test_where_nothing_says_who_left_nobody_is_added_until_staff_say_it(editor):
    page = upload(editor, "email\nanna@example.org\n")
    page = send(editor, page.text, "columns")
    row = ListUpload.objects.get()
    read_list_upload(row.pk)
    page = editor.get(f"{LIST}{row.pk}/change/")
    assert "No column of this file says who left." in page.text
    send(editor, page.text, "columns", all_in="active")
    read_list_upload(row.pk)
    row.refresh_from_db()
    assert (row.status, row.added) == (Status.CHECKED, 1)


def test_who_left_here_stays_away(editor):
    make_subscriber(email="anna@example.org", status="left")
    upload(editor, "email,status\nanna@example.org,subscribed\n")
    row = ListUpload.objects.get()
    uploads.check(row, roles=["email", "status"], all_in="")
    read_list_upload(row.pk)
    uploads.start(ListUpload.objects.get())
    read_list_upload(row.pk)
    row.refresh_from_db()
    assert (row.status, row.added, row.suppressed) == (Status.DONE, 0, 1)


def test_what_a_killed_worker_left_goes_on(editor, published):
    upload(editor, FILE)
    row = ListUpload.objects.get()
    uploads.check(row, roles=["email", "", "left"], all_in="")
    claimed = ListUpload.objects.get()
    ListUpload.objects.update(lease_until=claimed.created_at + timedelta(days=1))
    published.clear()
    sweep()
    assert published == []  # another worker has it
    ListUpload.objects.update(lease_until=claimed.created_at - timedelta(days=1))
    sweep()
    assert published == [("newsletter.tasks.read_list_upload", row.pk)]
    read_list_upload(row.pk)
    assert ListUpload.objects.get().status == Status.CHECKED


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "The submitted file is empty"),
        (b"email\n", "no rows in it"),
        (b'email\n"anna', "never closed"),
        (b"email,name\nanna@example.org,\xe9\n", "not written in utf-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not written in utf-8"),
    ],
)
def test_what_is_no_list_is_said_beside_the_field(editor, octets, said):
    page = upload(editor, octets)
    assert page.status_code == 200
    assert said in page.text
    assert not ListUpload.objects.exists()


def test_without_a_source_of_consent_nothing_is_kept(editor):
    assert "This field is required" in upload(editor, FILE, source=" ").text
    assert not ListUpload.objects.exists()


def test_what_was_thrown_away_or_forgotten_leaves_no_address(editor):
    page = upload(editor, FILE)
    send(editor, page.text, "discard")
    upload(editor, FILE)
    ListUpload.objects.update(created_at=ListUpload.objects.last().created_at - timedelta(days=8))
    erase_expired()
    assert not ListUploadPart.objects.exists()
    assert set(ListUpload.objects.values_list("status", flat=True)) == {Status.DISCARDED}
    assert [row.sample for row in ListUpload.objects.all()] == [[], []]


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_nobody_else_imports_or_sees_a_list(role, editor):
    upload(editor, FILE)
    pk, other = ListUpload.objects.get().pk, fully_signed_in(role)
    for path in ("add/", f"{pk}/change/", f"{pk}/now/", f"{pk}/report.csv"):
        assert other.get(f"{LIST}{path}").status_code == 403, path
    for path in ("add/", f"{pk}/columns/", f"{pk}/start/", f"{pk}/discard/"):
        assert other.post(f"{LIST}{path}").status_code == 403, path
