"""What a picture shows is kept: its brightness, its colors, and no part instead of the whole."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from articles import tasks
from articles.models import ImageAsset
from articles.pictures import library
from core.images import uploads
from core.images.uploads import Refused
from tests.hostile_pictures import encoded, moving, png


def prepared(content: bytes) -> Image.Image:
    return Image.open(uploads.prepare_upload(SimpleUploadedFile("a.png", content)))


def saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def swapped_profile() -> bytes:
    """A profile by which red is green and green is red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def test_sixteen_bits_of_gray_keep_their_brightness():
    gray = Image.new("I;16", (3, 1))
    for place, value in enumerate((0, 32768, 65535)):
        gray.putpixel((place, 0), value)
    kept = prepared(saved(gray, "PNG"))
    assert [kept.getpixel((place, 0))[0] for place in range(3)] == [0, 128, 255]


@pytest.mark.parametrize(
    ("kind", "mode", "color"),
    [
        ("PNG", "RGB", (250, 10, 10)),
        ("PNG", "RGBA", (250, 10, 10, 128)),
        ("JPEG", "RGB", (250, 10, 10)),
        ("WEBP", "RGB", (250, 10, 10)),
    ],
)
def test_a_color_profile_is_applied_before_it_goes(kind, mode, color):
    kept = prepared(saved(Image.new(mode, (8, 8), color), kind, icc_profile=swapped_profile()))
    red, green, *_ = kept.getpixel((4, 4))
    assert green > 200 > 60 > red
    assert "icc_profile" not in kept.info
    if mode == "RGBA":
        assert kept.getpixel((4, 4))[3] == 128


@pytest.mark.parametrize("profile", [b"x" * 200, b"\0" * 128, swapped_profile()[:200]])
def test_a_broken_profile_spoils_no_picture(profile):
    kept = prepared(saved(Image.new("RGB", (8, 8), (250, 10, 10)), "PNG", icc_profile=profile))
    assert kept.getpixel((4, 4)) == (250, 10, 10)


def test_a_profile_for_other_kinds_of_colors_spoils_no_picture():
    kept = prepared(saved(Image.new("L", (8, 8), 90), "PNG", icc_profile=swapped_profile()))
    assert kept.getpixel((4, 4)) == (90, 90, 90)


@pytest.mark.parametrize(
    "chunk",
    [
        (b"tEXt", b"Comment\0" + b"x" * 3_000_000),
        (b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 3_000_000)),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<x/>" * 700_000),
        (b"iCCP", b"k\0\0" + zlib.compress(b"x" * 3_000_000)),
        (b"prVt", b"private" * 100),
    ],
)
def test_a_large_text_in_a_png_is_no_reason_to_refuse_its_picture(chunk):
    kept = prepared(png((40, 20), chunk))
    assert kept.size == (40, 20)
    assert not kept.info.get("Comment")


def test_a_png_is_turned_upright_and_keeps_its_clear_color():
    turned = Image.Exif()
    turned[0x0112] = 6
    given = Image.new("RGB", (4, 2), (255, 0, 255))
    kept = prepared(saved(given, "PNG", exif=turned.tobytes(), transparency=(255, 0, 255)))
    assert kept.size == (2, 4)
    assert kept.getpixel((0, 0))[3] == 0


def test_a_png_that_ends_too_soon_is_called_damaged():
    whole = encoded("PNG", (300, 200))
    lies = whole[:8] + struct.pack(">I4s", 0x7FFFFFFF, b"tEXt") + whole[8:]
    for content in (whole[:60], lies, whole[:8]):
        with pytest.raises(Refused):
            prepared(content)


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_an_animation_is_refused_with_a_sentence(kind):
    with pytest.raises(Refused, match="This picture moves"):
        prepared(moving(kind, (20, 10), 3))


@pytest.mark.django_db
def test_one_picture_whose_sizes_fail_stops_no_other(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    for alt in ("older", "newer"):
        file = uploads.prepare_upload(SimpleUploadedFile("a", encoded("PNG", (900, 60))))
        ImageAsset.objects.create(file=file, alt=alt)
    newer = ImageAsset.objects.get(alt="newer")
    newer.file.storage.delete(newer.file.name)
    tasks.make_missing_sizes()
    assert library.ImageAsset.objects.get(alt="older").sizes_made
    assert not library.ImageAsset.objects.get(alt="newer").sizes_made
