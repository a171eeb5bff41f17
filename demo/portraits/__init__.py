"""The faces of the demo's invented people: drawn as SVG, stored as what an upload becomes."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from appointments.admin.provider_form import PHOTO
from appointments.models import Provider
from core.images.uploads import prepare_upload

FOLDER = Path(__file__).parent


def give_portrait(provider: Provider) -> None:
    """Give a provider the drawn face of their name, through the door of every upload."""
    path = FOLDER / f"{provider.slug}.webp"
    if provider.photo or not path.exists():
        return
    picture = prepare_upload(SimpleUploadedFile(path.name, path.read_bytes()), square=PHOTO)
    provider.photo.save(path.name, picture)
