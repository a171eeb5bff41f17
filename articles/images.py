"""The files of the picture library: which are ours, and their smaller sizes."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from pictures.tasks import _process_picture

from articles.models import ImageAsset
from curednation import pagecache

log = logging.getLogger(__name__)


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
