"""The files of the picture library: which are ours, and their smaller sizes."""

from django.conf import settings
from pictures.tasks import _process_picture

from articles.models import ImageAsset
from articles.pictures import figures
from core.cache import pages


def is_library_picture(address: str) -> bool:
    """Return whether a picture's address is that of a file in the library."""
    prefix = settings.MEDIA_URL
    if not address.startswith(prefix):
        return False
    return ImageAsset.objects.filter(file=address.removeprefix(prefix)).exists()


def is_shown_in_articles(address: str) -> bool:
    """Return whether an article may show what lies at this address: a picture, or a figure."""
    return figures.at_address(address) is not None or is_library_picture(address)


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
    pages.drop("site")
