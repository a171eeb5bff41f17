"""Static files as a deployment serves them: compressed, and under names that never change."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Keeps its list of all files beside STATIC_ROOT, not in it, where it would be served."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        beside = FileSystemStorage(location=Path(settings.STATIC_ROOT).parent)
        super().__init__(*args, manifest_storage=beside, **kwargs)

    def save_manifest(self) -> None:
        super().save_manifest()
        if self.exists(self.manifest_name):  # an earlier release left it there
            self.delete(self.manifest_name)
