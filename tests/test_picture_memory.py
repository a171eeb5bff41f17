"""What a picture takes of memory is bounded by its head, not by what somebody put behind it."""

import io
import resource
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.images import uploads
from core.images.uploads import Refused
from tests.hostile_pictures import (
    encoded,
    exif_bomb,
    jpeg_with,
    moving,
    moving_webp,
    png,
)

# The largest picture that is taken, in the kinds that need most: four bytes a pixel, three times.
MOST_MEGABYTES = 3 * 4 * 40 + 20
# Each in a process of its own that has loaded all it needs: what it takes is the picture's.
MEASURE = """
import os, resource, sys
import django
django.setup()
import PIL.AvifImagePlugin, PIL.JpegImagePlugin, PIL.PngImagePlugin, PIL.WebPImagePlugin
from django.core.files.base import ContentFile
from core.images import uploads
for path in sys.argv[1:]:
    if os.fork():
        _pid, status = os.wait()
        assert status == 0, path
        continue
    given = ContentFile(open(path, "rb").read(), "a")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        uploads.prepare_upload(given)
    except uploads.Refused:
        pass
    took = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(took, flush=True)
    os._exit(0)
"""
LARGE = (7900, 5000)
PICTURES = {
    "a large JPEG": lambda: encoded("JPEG", LARGE),
    "a progressive JPEG": lambda: encoded("JPEG", LARGE, progressive=True),
    "a JPEG for print": lambda: encoded("JPEG", LARGE, "CMYK"),
    "a large PNG": lambda: encoded("PNG", LARGE, "RGBA", compress_level=1),
    "a PNG of a palette": lambda: encoded("PNG", LARGE, "P", transparency=0, compress_level=1),
    "a PNG of one line": lambda: encoded("PNG", (1, 30_000_000), "L", compress_level=1),
    "a WebP of more than it may have": lambda: encoded("WEBP", (6300, 6300), quality=1, method=0),
    "a large WebP": lambda: encoded("WEBP", (4400, 4400), quality=1, method=0),
    "a large AVIF": lambda: encoded("AVIF", (5000, 3900), speed=10),
    "sixty frames of a WebP": lambda: moving_webp((6300, 6300), 60),
    "metadata of a JPEG": lambda: jpeg_with(exif_bomb(5000, 8_000_000)),
    "metadata of a PNG": lambda: png((40, 20), (b"eXIf", exif_bomb(5000, 8_000_000))),
    "texts of a PNG": lambda: png(
        (40, 20), *[(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 1_000_000))] * 200
    ),
    "a profile of a PNG": lambda: png(
        (40, 20), (b"iCCP", b"k\0\0" + zlib.compress(b"x" * 100_000_000, 1))
    ),
}


def test_memory_is_bounded_whatever_the_picture(tmp_path):
    paths = []
    for number, make in enumerate(PICTURES.values()):
        paths.append(tmp_path / f"{number}")
        paths[-1].write_bytes(make())
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEASURE, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={"DJANGO_SETTINGS_MODULE": "curednation.settings", "PATH": ""},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30)),
    )
    took = dict(zip(PICTURES, map(int, ran.stdout.split()), strict=True))
    assert {kind: size for kind, size in took.items() if size >= MOST_MEGABYTES} == {}


def prepared(content: bytes) -> Image.Image:
    return Image.open(uploads.prepare_upload(SimpleUploadedFile("a", content)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: moving_webp((6300, 6300), 60),
        lambda: moving("AVIF", (1000, 900), 24),
        lambda: png((3000, 2000), frames=60),
    ],
    ids=["WebP", "AVIF", "PNG"],
)
def test_what_moves_is_refused_before_it_is_unpacked(make):
    with pytest.raises(Refused, match="This picture moves"):
        prepared(make())


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_a_picture_that_moves_is_refused_in_words_and_never_kept_in_part(kind):
    with pytest.raises(Refused, match="moves"):
        prepared(moving(kind, (60, 40), 5))


def test_a_phones_picture_with_a_second_one_in_it_is_a_jpeg():
    """Pillow calls it MPO."""
    kept = prepared(moving("MPO", (600, 400), 2))
    assert (kept.format, kept.size) == ("JPEG", (600, 400))


@pytest.mark.parametrize("size", [(30_000, 2), (2, 30_000)])
def test_a_very_long_picture_is_refused(size):
    with pytest.raises(Refused, match="a side has 30000 pixels"):
        prepared(encoded("PNG", size))


def test_a_picture_keeps_its_shape_when_it_is_made_smaller():
    for kind, mode in (
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "1"),
    ):
        assert prepared(encoded(kind, (4800, 2400), mode)).size == (2400, 1200)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "PPM", "TGA", "PCX", "JPEG2000"])
def test_no_other_kind_is_opened(kind):
    with pytest.raises(Refused, match="not a picture we can show"):
        prepared(encoded(kind, (32, 32)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_broken_picture_is_never_an_error_of_ours(kind):
    whole = encoded(kind, (300, 200))
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        broken = whole[:place] + b"\xff\x00\xff" + whole[place + 3 :]
        for content in (whole[:place], broken):
            with suppress(Refused):
                assert prepared(content).size


def test_what_was_in_the_metadata_is_gone():
    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, "WEBP", exif=exif_bomb(3, 50), xmp=b"<secret/>")
    kept = uploads.prepare_upload(SimpleUploadedFile("a", out.getvalue())).read()
    assert b"secret" not in kept
    assert b"EXIF" not in kept
