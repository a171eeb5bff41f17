"""A disk that is full: a page that says so, nothing lost and nothing by half, and it comes back."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from appointments.models import Appointment, Status
from articles.models import ImageAsset
from core.mail.models import OutgoingEmail
from devstack.system_user import database_account
from newsletter.models import Confirmation
from tests.appointments import booking_steps
from tests.articles.test_admin import picture
from tests.core.staff.people import fully_signed_in
from tests.factories import make_service, monday
from tests.newsletter.factories import make_consent_text
from tests.newsletter.signup import sign_up
from tests.visitor import in_process, over_http

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "/admin/articles/imageasset/add/"


class Disk:
    """A disk of its own, so small that it can be filled."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._filler = folder, folder / "filler"

    def fill(self) -> None:
        """Leave not one byte."""
        with self._filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def make_room(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(*, megabytes: int) -> Iterator[Disk]:
    """Mount one; the database's account may write on it."""
    assert os.geteuid() == 0, "This test mounts a small disk: run it as root."
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    size = f"size={megabytes}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    try:
        account = database_account()
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        shutil.rmtree(folder)


@pytest.fixture
def full_database() -> Iterator[Disk]:
    """The outbox's table lies on a disk of its own, which is filled: nothing can be added to it.

    Every promise to a person writes its mail in the same transaction.
    """
    with small_disk(megabytes=4) as disk, connection.cursor() as cursor:
        cursor.execute("TRUNCATE mail_outgoingemail")  # no page of it has room left
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
        cursor.execute("ALTER TABLE mail_outgoingemail SET TABLESPACE small")
        disk.fill()
        try:
            yield disk
        finally:
            disk.make_room()
            cursor.execute("ALTER TABLE mail_outgoingemail SET TABLESPACE pg_default")
            cursor.execute("DROP TABLESPACE small")


def test_a_full_database_books_nothing_says_so_and_books_once_there_is_room(full_database):
    visitor = in_process(Client(raise_request_exception=False))
    page = booking_steps.hold_time(visitor, make_service(), monday("10:00"))
    answer = booking_steps.fill_in(visitor, page)
    assert answer.status == 503
    assert "Nothing was booked or changed." in answer.text
    assert answer.headers["Retry-After"]
    assert Appointment.objects.get().status == Status.HELD
    assert visitor.get("/").status == 200
    assert visitor.get("/contact/").status == 200

    full_database.make_room()
    again = visitor.submit(answer, press="Try again")
    assert "Thank you, Grace." in again.text
    assert Appointment.objects.get().status == Status.BOOKED
    assert OutgoingEmail.objects.filter(to="grace@example.org").count() == 1


def test_a_full_database_takes_no_sign_up_by_half(full_database):
    make_consent_text()
    assert sign_up("reader@example.org").status_code == 503
    assert not Confirmation.objects.exists()
    full_database.make_room()
    assert sign_up("reader@example.org").status_code < 400
    assert OutgoingEmail.objects.get().to == "reader@example.org"


def test_an_upload_on_a_full_disk_is_refused_beside_its_field_and_keeps_what_was_typed(settings):
    editor = fully_signed_in("editor")
    with small_disk(megabytes=100) as disk:
        settings.MEDIA_ROOT = str(disk.folder)
        disk.fill()
        answer = editor.post(ADD, {"file": picture(), "alt": "A lantern"})
        assert answer.status_code == 200
        assert "The server has no room for pictures right now." in answer.text
        assert 'value="A lantern"' in answer.text or ">A lantern" in answer.text
        assert not ImageAsset.objects.exists()
        assert [each.name for each in disk.folder.iterdir()] == ["filler"]

        disk.make_room()
        assert editor.post(ADD, {"file": picture(), "alt": "A lantern"}).status_code == 302
        assert ImageAsset.objects.get().alt == "A lantern"


def test_a_disk_that_fills_up_while_a_picture_is_written_gives_the_page_and_no_row(
    settings, monkeypatch
):
    monkeypatch.setattr("core.images.uploads.ROOM", -1)
    editor = fully_signed_in("editor")
    editor.raise_request_exception = False
    with small_disk(megabytes=1) as disk:
        settings.MEDIA_ROOT = str(disk.folder)
        disk.fill()
        answer = editor.post(ADD, {"file": picture(), "alt": "A lantern"})
    assert answer.status_code == 503
    assert "Nothing was saved." in answer.text
    assert not ImageAsset.objects.exists()


def test_a_site_whose_log_cannot_be_written_goes_on(start_site):
    site = start_site(LOG_TO="/dev/full", LOG_LEVEL="DEBUG")
    visitor = over_http(site.url)
    assert visitor.get("/").status == 200
    assert visitor.get("/nothing/").status == 404
    assert "Thank you, Grace." in booking_steps.book(visitor, make_service(), monday("10:00")).text
