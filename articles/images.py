"""Pictures on their way in: checked by content, turned upright, and without metadata."""

import io
import logging
import warnings
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from pictures.tasks import _process_picture
from PIL import Image, ImageOps, UnidentifiedImageError

from articles.models import ImageAsset
from curednation import pagecache
from curednation.richtext.clean import Refused

MEGAPIXELS = 40
LARGEST_FILE = 15 * 1024 * 1024
WIDEST = 2400
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}

log = logging.getLogger(__name__)


def prepared(upload: Any) -> ContentFile:
    """The picture of an uploaded file, written anew: nothing else that was in the file survives.

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
        return _written_anew(image)
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


def _written_anew(image: Image.Image) -> ContentFile:
    kind = image.format or "JPEG"
    upright = ImageOps.exif_transpose(image)
    clear = "A" in upright.getbands() or "transparency" in upright.info
    plain = upright.convert("RGBA" if clear and kind != "JPEG" else "RGB")
    plain.thumbnail((WIDEST, WIDEST))
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, format=kind, quality=88)
    return ContentFile(out.getvalue(), name=f"picture.{KINDS[kind]}")


def is_ours(address: str) -> bool:
    """Whether a picture's address is that of a file in the library."""
    prefix = settings.MEDIA_URL
    if not address.startswith(prefix):
        return False
    return ImageAsset.objects.filter(file=address.removeprefix(prefix)).exists()


def make_sizes_later(*, file_name: str, new: list, old: list, **more: Any) -> None:
    """What django-pictures calls after an upload: a worker makes the sizes once it is committed.

    Until then, or while no worker runs, pages show the upload itself. `tasks.tidy` finds those
    that were never made.
    """
    from articles.tasks import make_sizes

    def hand_over() -> None:
        asset = ImageAsset.objects.filter(file=file_name).only("pk").first()
        if asset is None:
            return
        try:
            make_sizes.delay(asset.pk)
        except Exception as error:  # the picture is safe, and the sweep finds it
            log.warning("picture %s waits for its sizes: %s", asset.pk, type(error).__name__)

    if new:
        transaction.on_commit(hand_over)


def make_sizes(asset: ImageAsset) -> None:
    """Write the AVIF and WebP files of every width. Safe to run twice."""
    wanted = asset.file.get_picture_files_list()
    _process_picture(
        storage=asset.file.storage.deconstruct(),
        file_name=asset.file.name,
        sender=None,
        new=[picture.deconstruct() for picture in wanted],
        old=[],
    )
    ImageAsset.objects.filter(pk=asset.pk).update(sizes_made=True)
    pagecache.drop("site")
