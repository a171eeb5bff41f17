"""The pictures of a WordPress site: those whose file is on disk come into our library."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from django.core.files import File
from django.db import DatabaseError, transaction

from articles.models import ImageAsset, Origin
from articles.wordpress.text import OF_WORDPRESS_COM, UPLOADS, split_url
from core.images import uploads
from core.images.uploads import Refused
from core.validation.control_characters import without_controls

SMALLER = re.compile(r"-\d+x\d+(?=\.\w+$)")
ENDING = re.compile(r"(\.\w+)$")
# Several sites in one WordPress keep their files in folders of their own.
OF_ONE_SITE = re.compile(r"^(?:sites/\d+|\d+/files)/")
FOLDERS = (UPLOADS, "/wp-content/blogs.dir/", "/files/")


class Pictures:
    """`folder` is a copy of wp-content/uploads; without one there are no pictures.

    `note` takes a sentence about each that cannot come. With `dry` nothing is written, and no
    picture found. `asked` are the places of all that were looked for.
    """

    def __init__(
        self, folder: Path | None, site: str, note: Callable[[str], None], *, dry: bool
    ) -> None:
        self.folder = folder.resolve() if folder else None
        self.site, self.note, self.dry = site, note, dry
        self.new = 0
        self.asked: set[str] = set()

    def find(self, address: str, alt: str, title: str) -> ImageAsset | None:
        """Return our picture for that address; without `alt`, `title` tells what it shows."""
        place, key = upload_path(address), picture_key(address)
        self.asked.add(key)
        known = Origin.objects.filter(site=self.site, kind="picture", key=key).first()
        if known:
            return ImageAsset.objects.filter(pk=known.object_pk).first()
        file = next(filter(None, map(self._on_disk, _candidates(place))), None)
        if file is None:
            self.note(f"picture not on disk: {place or address[:100]}")
            return None
        try:
            with transaction.atomic():
                asset = self._taken(file, key, alt or title)
        except (Refused, OSError, ValueError, DatabaseError) as error:
            self.note(f"picture {key}: {error}")
            return None
        self.new += 1
        if not alt:
            self.note(f"picture without a description, please write one: {place}")
        return asset

    def known(self) -> set[str]:
        """Return the keys of all that was looked for, now and in earlier runs."""
        came = Origin.objects.filter(site=self.site, kind="picture").values_list("key", flat=True)
        return self.asked | set(came)

    def _on_disk(self, place: str) -> Path | None:
        if self.folder is None or not place or "\0" in place:
            return None
        try:
            file = (self.folder / place).resolve()
            return file if file.is_relative_to(self.folder) and file.is_file() else None
        except (OSError, ValueError, RuntimeError):  # too long a name, or a circle of links
            return None

    def _taken(self, file: Path, key: str, alt: str) -> ImageAsset | None:
        with file.open("rb") as opened:
            ready = uploads.prepare_upload(File(opened))
        if self.dry:
            return None
        asset = ImageAsset.objects.create(file=ready, alt=without_controls(alt)[:250])
        Origin.objects.create(site=self.site, kind="picture", key=key, object_pk=asset.pk)
        return asset


def upload_path(address: str) -> str:
    """Return the path below wp-content/uploads of the file of an address; "" for one elsewhere."""
    parts = split_url(address)
    path = without_controls(unquote(parts.path))
    for folder in FOLDERS:
        if folder in path:
            return OF_ONE_SITE.sub("", path.partition(folder)[2])
    # The pictures of WordPress.com, and of its mirror i0.wp.com, have no folder in their address.
    host, _, rest = path.lstrip("/").partition("/")
    if parts.netloc.endswith(".wp.com") and host.endswith(OF_WORDPRESS_COM):
        return rest
    return path.lstrip("/") if parts.netloc.endswith(OF_WORDPRESS_COM) else ""


def picture_key(address: str) -> str:
    """Return what all sizes of a picture have in common."""
    return SMALLER.sub("", upload_path(address))[:500]


def _candidates(place: str) -> Iterator[str]:
    """The largest file of a picture first; a copy may write its letters in either form."""
    whole = SMALLER.sub("", place)
    for name in dict.fromkeys([whole, place, ENDING.sub(r"-scaled\1", whole)]):
        yield from dict.fromkeys([name, *(unicodedata.normalize(f, name) for f in ("NFC", "NFD"))])
