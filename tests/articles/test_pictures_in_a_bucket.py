"""Pictures in a bucket that speaks S3: the same addresses, and a site that goes on without it."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage

from articles import tasks
from articles.models import ImageAsset
from core.environment import Environment
from core.images import health_checks
from core.images.object_storage import breaker
from core.monitoring.results import Level
from tests.articles.buckets import bucket_server
from tests.articles.factories import make_article
from tests.articles.test_admin import picture
from tests.articles.test_pictures import make_asset
from tests.core.staff.people import fully_signed_in

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/imageasset/add/"
BUCKET = "clinic-pictures"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bucket_server(BUCKET) as url:
        yield url


@pytest.fixture
def use(settings, monkeypatch) -> Iterator:
    """Have the site keep its pictures at that endpoint."""

    def use(endpoint: str) -> None:
        url = f"s3://{BUCKET}/site?endpoint={endpoint}&region=us-east-1"
        monkeypatch.setenv("MEDIA_STORAGE_URL", url)
        storage = Environment().media_storage("MEDIA_STORAGE_URL")
        settings.STORAGES = settings.STORAGES | {"default": storage}
        breaker.reset()

    yield use
    breaker.reset()


@pytest.fixture
def bucket(server, use):
    use(server)
    return boto3.resource("s3", endpoint_url=server, region_name="us-east-1").Bucket(BUCKET)


@pytest.fixture
def away(bucket, use) -> None:
    """What lies in the bucket lies there, and nobody answers."""
    use("http://127.0.0.1:9")


@pytest.fixture
def editor():
    return fully_signed_in("editor")


def test_a_picture_that_an_editor_uploads_lies_in_the_bucket_and_opens_here(editor, client, bucket):
    assert editor.post(ADD, {"file": picture(), "alt": "A table"}).status_code == 302
    asset = ImageAsset.objects.get()
    [stored] = [o for o in bucket.objects.all() if o.key == f"site/{asset.file.name}"]
    assert stored.get()["ContentType"] == "image/png"
    assert asset.file.url == f"/articles/images/{asset.file.name}"
    response = client.get(asset.file.url)
    assert b"".join(response) == stored.get()["Body"].read()
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name", ["articles/none.png", "../../manage.png", "%00.png", "%ff.png", "x" * 1500 + ".png"]
)
def test_whatever_a_stranger_asks_for_the_others_keep_their_pictures(client, bucket, name):
    asset = make_asset()
    assert client.get(f"/articles/images/{name}").status_code in (400, 404)
    assert client.get(asset.file.url).status_code == 200


def test_its_sizes_are_made_there_and_a_page_shows_them_from_this_site(client, bucket):
    asset = make_asset()
    tasks.make_sizes(asset.pk)
    make_article(slug="open", body=f'<figure><img src="{asset.file.url}" alt="A"></figure><p>[1]')
    html = client.get("/articles/open/").text
    assert '<source type="image/avif" srcset="/articles/images/articles/' in html
    assert urlsplit(default_storage.connection.meta.client.meta.endpoint_url).netloc not in html
    for file in ImageAsset.objects.get().file.get_picture_files_list():
        assert client.get(file.url).status_code == 200


def test_pages_go_on_while_the_bucket_is_away_and_its_pictures_are_asked_for_later(
    client, bucket, use
):
    asset = make_asset()
    make_article(slug="open", body=f'<figure><img src="{asset.file.url}" alt="A"></figure><p>[1]')
    use("http://127.0.0.1:9")
    assert client.get("/articles/open/").status_code == 200
    response = client.get(asset.file.url)
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
    assert response["Retry-After"]


def test_who_uploads_while_it_is_away_is_told_so_and_nothing_is_stored(editor, away):
    response = editor.post(ADD, {"file": picture(), "alt": "A table"})
    assert response.status_code == 200
    assert "Pictures cannot be stored right now. Nothing was stored" in response.text
    assert not ImageAsset.objects.exists()


def test_a_file_that_cannot_be_removed_fails_nothing(away):
    default_storage.delete("articles/a.jpg")
    with pytest.raises(ConnectionError):
        default_storage.exists("articles/a.jpg")


def test_the_status_says_whether_it_answers(bucket, use):
    assert [check.level for check in health_checks.check_storage()] == [Level.OK]
    use("http://127.0.0.1:9")
    assert [check.level for check in health_checks.check_storage()] == [Level.ERROR]


def test_a_disk_needs_no_such_check():
    assert health_checks.check_storage() == []


@pytest.mark.parametrize(
    "url",
    [
        *("bucket", "s3://", "s3:///folder", "https://bucket", "s3://UPPER", "s3://a_b_c"),
        *("s3://bucket?endpoint=storage.example.org", "s3://bucket?acl=public-read"),
        *("s3://key:secret@bucket", "s3://bucket:x"),
    ],
)
def test_an_address_that_is_none_is_refused_with_the_way_to_write_it(monkeypatch, url):
    monkeypatch.setitem(os.environ, "MEDIA_STORAGE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="MEDIA_STORAGE_URL is no address of a bucket"):
        Environment().media_storage("MEDIA_STORAGE_URL")
