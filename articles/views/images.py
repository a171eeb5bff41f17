"""The files of the picture library. Their names are random and their content never changes."""

import mimetypes

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

KINDS = {".jpg", ".png", ".webp", ".avif"}
mimetypes.add_type("image/avif", ".avif")
mimetypes.add_type("image/webp", ".webp")


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """Serve a file. Every upload was written anew before, so it is what its name says."""
    ending = path[path.rfind(".") :]
    if ending not in KINDS:
        raise Http404
    try:
        file = default_storage.open(path)
    except ConnectionError:  # of a storage elsewhere
        retry = {"Retry-After": str(settings.RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
        return HttpResponse(status=503, headers=retry)
    except (OSError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mimetypes.types_map[ending])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
