"""The pictures of a WordPress site: those whose file is on disk come into our library."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.files import File

from articles.models import ImageAsset, Origin
from curednation import uploads
from curednation.uploads import Refused

UPLOADS = "/wp-content/uploads/"
SMALLER = re.compile(r"-\d+x\d+(?=\.\w+$)")


class Pictures:
    """`folder` is a copy of wp-content/uploads; without one there are no pictures.

    `told` takes a sentence about each that cannot come. With `dry` nothing is written, and no
    picture found.
    """

    def __init__(self, folder: Path | None, site: str, told, *, dry: bool) -> None:
        self.folder = folder.resolve() if folder else None
        self.site, self.told, self.dry = site, told, dry
        self.new = 0

    def find(self, address: str, alt: str, title: str) -> ImageAsset | None:
        """The picture of ours for that address; without `alt`, `title` tells what it shows."""
        path = urlsplit(address).path
        place = unquote(path.partition(UPLOADS)[2])
        key = SMALLER.sub("", place)
        known = Origin.objects.filter(site=self.site, kind="picture", key=key[:500]).first()
        if known:
            return ImageAsset.objects.filter(pk=known.object_pk).first()
        file = self._on_disk(key) or self._on_disk(place)
        if file is None:
            self.told(f"picture not on disk: {place or address[:100]}")
            return None
        if not alt:
            self.told(f"picture without a description, please write one: {place}")
        return self._taken(file, key, alt or title)

    def _on_disk(self, place: str) -> Path | None:
        if self.folder is None or not place or "\0" in place:
            return None
        file = (self.folder / place).resolve()
        return file if file.is_relative_to(self.folder) and file.is_file() else None

    def _taken(self, file: Path, key: str, alt: str) -> ImageAsset | None:
        try:
            with file.open("rb") as opened:
                ready = uploads.prepared(File(opened))
        except Refused as error:
            self.told(f"picture {key}: {error}")
            return None
        self.new += 1
        if self.dry:
            return None
        asset = ImageAsset.objects.create(file=ready, alt=alt[:250])
        Origin.objects.create(site=self.site, kind="picture", key=key[:500], object_pk=asset.pk)
        return asset
