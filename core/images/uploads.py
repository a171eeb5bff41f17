"""Uploaded pictures: checked by content, turned upright, and without metadata."""

import io
import math
import shutil
import warnings
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.images import png
from core.images.colors import to_eight_bits, to_srgb
from core.richtext.sanitizer import Refused

__all__ = ["Refused", "prepare_upload", "written_anew"]

LARGEST_FILE = 15 * 1024 * 1024
ROOM = 4 * LARGEST_FILE  # bytes that must be free: for the picture and its smaller sizes
# What a decoder needs: JPEG is unpacked small, and WebP and AVIF hold a picture several times.
MEGAPIXELS = {"JPEG": 40, "MPO": 40, "PNG": 40, "WEBP": 20, "AVIF": 20}
LONGEST_SIDE = 20_000  # each row costs memory of its own
WIDEST = 2400
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif"  # what a file dialog offers


def prepare_upload(upload: Any, *, square: int = 0) -> ContentFile:
    """Return the picture of an upload, written anew: nothing else that was in the file survives.

    Its colors are those of its profile, as sRGB. With `square` its middle is cut out, that many
    pixels wide and high at most.

    Raises Refused for what is no picture, of another kind, too large, or moves.
    """
    if not _storage_answers():
        raise Refused(
            _("Pictures cannot be stored right now. Nothing was stored: try again later.")
        )
    if not _has_room():
        raise Refused(
            _("The server has no room for pictures right now. Nothing was stored: try again later.")
        )
    return written_anew(upload, square=square)


def written_anew(upload: Any, *, square: int = 0) -> ContentFile:
    """Return the same of a picture that is kept elsewhere than articles' are. Raises Refused."""
    if upload.size > LARGEST_FILE:
        raise Refused(_("This file is too large. Pictures may have 15 MB."))
    upload.seek(0)
    try:
        # The size stands in the head of the file: nothing is unpacked before it is known.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # thousands, where somebody wants them
            image = Image.open(_file(upload), formats=list(KINDS))
            _check_size(image)
            return _written(image, square)
    except Refused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise Refused(
            _("This is not a picture we can show. Use JPEG, PNG, WebP or AVIF.")
        ) from None
    except Exception:  # whatever a decoder makes of somebody's file
        raise Refused(
            _("This picture is damaged. Please save it again and try once more.")
        ) from None


def _storage_answers() -> bool:
    """Whether the bucket that takes pictures is there; a disk always is."""
    answers = getattr(default_storage, "answers", None)
    return answers is None or bool(answers())


def _has_room() -> bool:
    """Whether the disk takes a picture; it would be cut off where it is full."""
    if not isinstance(default_storage, FileSystemStorage):
        return True
    try:
        return shutil.disk_usage(settings.MEDIA_ROOT).free > ROOM
    except FileNotFoundError:  # it is made with the first picture
        return True


def _file(upload: Any) -> Any:
    is_png = upload.read(len(png.SIGNATURE)) == png.SIGNATURE
    upload.seek(0)
    return png.strip_metadata(upload) if is_png else upload


def _check_size(image: Image.Image) -> None:
    """Raise Refused for what moves, and for more pixels than we unpack."""
    kind = image.format or ""
    width, height = image.size
    # The further pictures in a phone's JPEG are another matter: what they show is in the first.
    if kind not in ("JPEG", "MPO") and getattr(image, "n_frames", 1) > 1:
        raise Refused(_("This picture moves, and we show still ones. Please save one image of it."))
    if max(width, height) > LONGEST_SIDE:
        raise Refused(
            _("This picture is too large: a side has {pixels} pixels, at most {most} fit.").format(
                pixels=max(width, height), most=LONGEST_SIDE
            )
        )
    pixels, most = width * height, MEGAPIXELS[kind]
    if pixels > most * 1_000_000:
        raise Refused(
            _("This picture is too large: {size} megapixels, at most {most} are possible.").format(
                size=math.ceil(pixels / 1_000_000), most=most
            )
        )


def _written(image: Image.Image, square: int) -> ContentFile:
    kind = "JPEG" if image.format == "MPO" else image.format or "JPEG"  # a phone's JPEG
    clear = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if clear and kind != "JPEG" else "RGB"
    profile = image.info.get("icc_profile")
    image.draft(None, (WIDEST, WIDEST))  # a JPEG is unpacked no larger than that needs
    image = to_eight_bits(image)
    # Colors by number, and one that stands for nothing, cannot be mixed.
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        image = image.convert(mode)
    image.thumbnail((WIDEST, WIDEST))
    plain = to_srgb(ImageOps.exif_transpose(image), profile).convert(mode)
    if square:
        side = min(square, *plain.size)
        plain = ImageOps.fit(plain, (side, side), centering=(0.5, 0.35))  # faces are above it
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, format=kind, quality=88)
    return ContentFile(out.getvalue(), name=f"picture.{KINDS[kind]}")
