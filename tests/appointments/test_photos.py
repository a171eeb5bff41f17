"""A provider's photo: checked on its way in, shown where patients choose."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.appointments.staff_clients import signed_in
from tests.appointments.test_admin_schedule import save
from tests.factories import make_provider, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STAFF_MFA_REQUIRED = False


def photo(text: str = "") -> SimpleUploadedFile:
    out = io.BytesIO()
    told = Image.Exif()
    told[0x010E] = text
    Image.new("RGB", (1200, 800), "teal").save(out, "JPEG", exif=told.tobytes())
    return SimpleUploadedFile("anna-at-home.jpg", out.getvalue())


def test_patients_see_it_when_they_choose(client):
    provider = make_provider(name="Anna Berg")
    make_service(providers=[provider], slug="visit")
    save(signed_in("manager"), provider, photo=photo("12 Secret Street"))
    page = client.get("/book/tn/visit/").text
    [source] = re.findall(r'<span class="portrait small"><img src="([^"]+)" alt=""', page)
    assert "anna" not in source
    kept = b"".join(client.get(source).streaming_content)
    assert b"Secret Street" not in kept
    assert Image.open(io.BytesIO(kept)).size == (480, 480)


def test_what_is_no_picture_is_refused_beside_the_field(client):
    provider = make_provider()
    wrong = SimpleUploadedFile("anna.jpg", b"<svg onload=alert(1)></svg>")
    answer = save(signed_in("manager"), provider, photo=wrong)
    assert answer.context_data["adminform"].form.errors["photo"]
    provider.refresh_from_db()
    assert not provider.photo


def test_a_photo_that_was_replaced_leaves_no_file_behind(
    tmp_path, django_capture_on_commit_callbacks
):
    provider, manager = make_provider(), signed_in("manager")
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            save(manager, provider, photo=photo())
    assert len(list(tmp_path.rglob("*.jpg"))) == 1
