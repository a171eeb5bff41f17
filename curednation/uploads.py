"""Pictures on their way in: checked by content, turned upright, and without metadata."""

import io
import warnings
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from curednation.richtext.clean import Refused

__all__ = ["Refused", "prepared"]

MEGAPIXELS = 40
LARGEST_FILE = 15 * 1024 * 1024
WIDEST = 2400
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}


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
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(upload, formats=list(KINDS))
        width, height = image.size
        if width * height > MEGAPIXELS * 1_000_000:
            raise Refused(
                _(
                    "This picture is too large: {size} megapixels, at most {most} are possible."
                ).format(size=round(width * height / 1_000_000), most=MEGAPIXELS)
            )
        return _written_anew(image, square)
    except Refused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise Refused(
            _("This is not a picture we can show. Use JPEG, PNG, WebP or AVIF.")
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refused(
            _("This picture is damaged. Please save it again and try once more.")
        ) from None


def _written_anew(image: Image.Image, square: int) -> ContentFile:
    kind = image.format or "JPEG"
    upright = ImageOps.exif_transpose(image)
    clear = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if clear and kind != "JPEG" else "RGB")
    if square:
        side = min(square, *plain.size)
        plain = ImageOps.fit(plain, (side, side), centering=(0.5, 0.35))  # faces are above it
    plain.thumbnail((WIDEST, WIDEST))
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, format=kind, quality=88)
    return ContentFile(out.getvalue(), name=f"picture.{KINDS[kind]}")
