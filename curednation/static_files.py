"""Static files as a deployment serves them: compressed, and under names that never change."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Keeps its list of all files beside STATIC_ROOT, not in it, where it would be served."""

    # What a module of a call imports has a name that never changes as well, so that no page mixes
    # two releases. Of ours only: files of others name what they do not bring along.
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/visit/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        beside = FileSystemStorage(location=Path(settings.STATIC_ROOT).parent)
        super().__init__(*args, manifest_storage=beside, **kwargs)

    def save_manifest(self) -> None:
        super().save_manifest()
        if self.exists(self.manifest_name):  # an earlier release left it there
            self.delete(self.manifest_name)


class Middleware(WhiteNoiseMiddleware):
    """Serves what was there at the start from memory, and finds what came since on the disk.

    While a release goes out, a page of a new process asks an old one for files that it has never
    heard of; `deploy/upgrade.sh` has put them where it looks.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.autorefresh:
            root = os.path.join(os.path.abspath(self.static_root), "")  # noqa: PTH100, PTH118
            self.directories = [(root, self.static_prefix)]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path not in self.files and path.startswith(self.static_prefix):
            found = self.find_file(path)
            if found is not None:
                return self.serve(found, request)
        return super().__call__(request)
