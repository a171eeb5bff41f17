"""The pictures of a WordPress site are found on disk, and one that fails ends nothing."""

from io import StringIO

import pytest
from django.core.management import call_command
from PIL import Image

from articles.models import Article, ImageAsset
from articles.wordpress.pictures import upload_path
from tests.articles.wordpress_export import meta, picture, post, write
from tests.hostile_pictures import moving

pytestmark = pytest.mark.django_db


@pytest.fixture
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    folder = tmp_path / "uploads/2019/05"
    folder.mkdir(parents=True)
    for name in ("a.png", "b-scaled.png", "cafe\u0301.png"):
        Image.new("RGB", (30, 20), "teal").save(folder / name)
    return folder


def move_in(folder, path) -> str:
    out = StringIO()
    call_command("import_wordpress", str(path), stdout=out, uploads=folder.parent.parent)
    return out.getvalue()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://clinic.files.wordpress.com/2019/05/a.png?w=300&h=200", "2019/05/a.png"),
        ("https://i0.wp.com/clinic.files.wordpress.com/2019/05/a.png", "2019/05/a.png"),
        ("https://i2.wp.com/old.example.org/wp-content/uploads/2019/05/a.png", "2019/05/a.png"),
        ("https://old.example.org/wp-content/uploads/sites/3/2019/05/a.png", "2019/05/a.png"),
        ("https://old.example.org/wp-content/blogs.dir/3/files/2019/05/a.png", "2019/05/a.png"),
        ("https://old.example.org/blog/files/2019/05/a.png", "2019/05/a.png"),
        ("/wp-content/uploads/2019/05/caf%C3%A9.png", "2019/05/café.png"),
        ("https://cdn.example/2019/05/a.png", ""),
        ("http://[", ""),
    ],
)
def test_an_address_tells_where_in_the_folder_a_picture_lies(address, place):
    assert upload_path(address) == place


def test_every_kind_of_address_finds_its_file(tmp_path, uploads):
    addresses = [
        "https://clinic.files.wordpress.com/2019/05/a.png?w=300",
        "/wp-content/uploads/2019/05/a-150x150.png",
        "/wp-content/uploads/2019/05/b.png",
        "/wp-content/uploads/2019/05/b-1024x683.png",
        "/wp-content/uploads/2019/05/caf%C3%A9.png",
    ]
    content = "Text " + "".join(f'<img src="{address}" alt="b">' for address in addresses)
    assert "not on disk" not in move_in(uploads, write(tmp_path, post(1, content=content)))
    assert Article.objects.get().body.count("<img ") == len(addresses)
    assert ImageAsset.objects.count() == 3


def test_what_the_media_library_says_of_a_picture_comes_along(tmp_path, uploads):
    described = meta("_wp_attachment_image_alt", "A wharf")
    more = f"<wp:post_parent>1</wp:post_parent>{described}<wp:attachment_url>"
    item = picture(90, "2019/05/a.png").replace("<wp:attachment_url>", more)
    item = item.replace("</content:encoded>", "</content:encoded>").replace(
        "<excerpt:encoded><![CDATA[]]>", "<excerpt:encoded><![CDATA[Under it]]>"
    )
    said = move_in(uploads, write(tmp_path, post(1, content="Text [gallery]"), item))
    assert 'alt="A wharf"><figcaption>Under it</figcaption></figure>' in Article.objects.get().body
    assert "without a description" not in said


def test_one_picture_that_fails_is_told_and_the_import_goes_on(tmp_path, uploads, monkeypatch):
    (uploads / "moves.webp").write_bytes(moving("WEBP", (20, 10), 3))
    (uploads / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    (uploads / "folder.png").mkdir()
    names = ["moves.webp", "broken.png", "folder.png", "x" * 300 + ".png", "a%00.png", "a.png"]
    shown = [f'Text <img src="/wp-content/uploads/2019/05/{name}" alt="b">' for name in names]
    items = [post(number, content=content) for number, content in enumerate(shown, 1)]
    said = move_in(uploads, write(tmp_path, *items))
    assert Article.objects.count() == len(names)
    assert ImageAsset.objects.count() == 1
    assert "This picture moves" in said
    assert "Broken" not in said


def test_a_disk_that_is_full_costs_the_picture_and_not_the_post(tmp_path, uploads, settings):
    settings.MEDIA_ROOT = str(uploads / "a.png")  # nothing can be written into a file
    content = 'Text <img src="/wp-content/uploads/2019/05/a.png" alt="b">'
    said = move_in(uploads, write(tmp_path, post(1, content=content), post(2)))
    assert "picture 2019/05/a.png: " in said
    assert Article.objects.count() == 2
