import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from articles import tasks
from articles.models import ImageAsset
from core.images import uploads
from core.richtext.sanitizer import Refused
from tests.articles.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def picture(kind: str = "JPEG", size=(1200, 800), **options) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return SimpleUploadedFile(f"holiday.{kind.lower()}", out.getvalue())


def make_asset(upload: SimpleUploadedFile | None = None, **values) -> ImageAsset:
    file = uploads.prepare_upload(upload or picture())
    return ImageAsset.objects.create(file=file, **{"alt": "A kitchen table at dawn."} | values)


def test_an_upload_is_written_anew_without_metadata_under_a_random_name():
    camera = Image.Exif()
    camera[0x010E] = "taken at 12 Secret Street"
    asset = make_asset(picture(exif=camera.tobytes(), comment="from Secret Street"))
    stored = asset.file.read()
    assert b"Secret Street" not in stored
    assert "holiday" not in asset.file.name
    assert (asset.width, asset.height) == (1200, 800)


def test_a_picture_taken_sideways_stands_upright():
    turned = Image.Exif()
    turned[0x0112] = 6
    assert Image.open(
        uploads.prepare_upload(picture(size=(40, 20), exif=turned.tobytes()))
    ).size == (
        20,
        40,
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg onload=alert(1)></svg>", "not a picture"),
        (b"<html><script>", "not a picture"),
        (b"GIF89a" + b"\0" * 40, "not a picture"),
        (b"", "not a picture"),
        (picture().read()[:700], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(Refused, match=sentence):
        uploads.prepare_upload(SimpleUploadedFile("a.jpg", content))


def test_more_than_forty_megapixels_are_refused_before_they_are_unpacked():
    with pytest.raises(Refused, match="42 megapixels"):
        uploads.prepare_upload(picture("PNG", (7000, 6000)))


def test_the_library_knows_a_picture_only_with_words():
    with pytest.raises(IntegrityError, match="says_what_it_shows"), transaction.atomic():
        make_asset(alt="")


def test_an_article_shows_pictures_of_the_library_in_every_width(client):
    asset = make_asset()
    body = f'<p>a</p><figure><img src="{asset.file.url}" alt="A table"></figure><p>[1]</p>'
    make_article(slug="with-picture", body=body)
    html = client.get("/articles/with-picture/").text
    assert f'<img src="{asset.file.url}" alt="A kitchen table at dawn." width="1200"' in html
    assert "srcset" not in html  # no worker has made the sizes yet
    tasks.make_missing_sizes()
    make_article(slug="later", body=body)
    html = client.get("/articles/later/").text
    assert '<source type="image/avif" srcset="/articles/images/articles/' in html
    assert '<source type="image/webp"' in html
    assert 'loading="lazy"' in html


def test_every_width_is_a_file_that_any_cache_may_keep(client):
    asset = make_asset()
    tasks.make_sizes(asset.pk)
    tasks.make_sizes(asset.pk)  # safe to run twice
    asset.refresh_from_db()
    files = asset.file.get_picture_files_list()
    assert len(files) >= 4
    for file in files:
        response = client.get(file.url)
        assert response.status_code == 200
        assert response["Content-Type"] in ("image/avif", "image/webp")
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        response.close()


@pytest.mark.parametrize(
    "path",
    ["none.jpg", "../../settings.py", "..%2f..%2fmanage.py", "a/b/c.html", "%2e%2e/x.jpg", "", "x"],
)
def test_only_pictures_are_served_and_nothing_outside_their_folder(client, path):
    assert client.get(f"/articles/images/{path}").status_code in (400, 404)
