"""Pictures on their way in: checked by content, turned upright, and without metadata."""

import io
import math
import warnings
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from curednation.richtext.clean import Refused

__all__ = ["Refused", "prepared"]

LARGEST_FILE = 15 * 1024 * 1024
# What a decoder needs: JPEG is unpacked small, and WebP and AVIF hold a picture several times.
MEGAPIXELS = {"JPEG": 40, "MPO": 40, "PNG": 40, "WEBP": 20, "AVIF": 20}
LONGEST_SIDE = 20_000  # each row costs memory of its own
WIDEST = 2400
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif"  # what a file dialog offers


def prepared(upload: Any, *, square: int = 0) -> ContentFile:
    """The picture of an uploaded file, written anew: nothing else that was in the file survives.

    With `square` its middle is cut out, that many pixels wide and high at most.

    Raises Refused for what is no picture, of another kind, or too large.
    """
    if upload.size > LARGEST_FILE:
        raise Refused(_("This file is too large. Pictures may have 15 MB."))
    upload.seek(0)
    try:
        # The size stands in the head of the file: nothing is unpacked before it is known.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # thousands, where somebody wants them
            image = Image.open(upload, formats=list(KINDS))
            _check_size(image)
            return _written_anew(image, square)
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


def _check_size(image: Image.Image) -> None:
    """Raise Refused for more pixels than we unpack, those of all frames together."""
    kind = image.format or ""
    width, height = image.size
    # The further pictures in a phone's JPEG are not unpacked.
    frames = 1 if kind in ("JPEG", "MPO") else getattr(image, "n_frames", 1)
    if max(width, height) > LONGEST_SIDE:
        raise Refused(
            _("This picture is too large: a side has {pixels} pixels, at most {most} fit.").format(
                pixels=max(width, height), most=LONGEST_SIDE
            )
        )
    pixels = width * height * frames
    most = MEGAPIXELS[kind]
    if pixels <= most * 1_000_000:
        return
    if frames > 1:
        raise Refused(_("This picture moves, and is too large for that. Please use a still one."))
    raise Refused(
        _("This picture is too large: {size} megapixels, at most {most} are possible.").format(
            size=math.ceil(pixels / 1_000_000), most=most
        )
    )


def _written_anew(image: Image.Image, square: int) -> ContentFile:
    kind = "JPEG" if image.format == "MPO" else image.format or "JPEG"  # a phone's JPEG
    clear = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if clear and kind != "JPEG" else "RGB"
    if image.mode in ("1", "P", "PA"):  # colors by number cannot be mixed
        image = image.convert(mode)
    image.draft(None, (WIDEST, WIDEST))  # a JPEG is unpacked no larger than that needs
    image.thumbnail((WIDEST, WIDEST))
    plain = ImageOps.exif_transpose(image).convert(mode)
    if square:
        side = min(square, *plain.size)
        plain = ImageOps.fit(plain, (side, side), centering=(0.5, 0.35))  # faces are above it
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, format=kind, quality=88)
    return ContentFile(out.getvalue(), name=f"picture.{KINDS[kind]}")
