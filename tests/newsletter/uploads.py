"""An uploaded list of readers, kept and not tried yet."""

from django.core.files.base import ContentFile

from newsletter.models import ListUpload
from newsletter.transfer import uploads
from tests.core.staff.people import make_staff


def make_upload(text: str = "email\nquincy@example.org\n") -> ListUpload:
    return uploads.create(
        ContentFile(text.encode()),
        name="readers.csv",
        source="They ticked a box at the front desk.",
        all_in="active",
        topic=None,
        by=make_staff(),
    )
