"""A file of a message, for whoever may read that. It is saved, never shown by the browser."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from messaging.models import Attachment, AttachmentContent
from messaging.whose_threads import threads_of
from portal.access import account_required

TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "pdf": "application/pdf",
}


@require_safe
@account_required
def download(request: Any, key: str) -> HttpResponse:
    """Return a file of a thread that the account reads, or of its own draft; else 404."""
    threads = threads_of(request.account).order_by()
    mine = Q(message__thread__in=threads) | Q(draft__account=request.account)
    attachment = Attachment.objects.filter(mine, key=key).first()
    if attachment is None:
        raise Http404("No such file")
    return as_download(attachment)


def as_download(attachment: Attachment) -> HttpResponse:
    """Return the file to be saved: no cache keeps it, and no browser shows what is in it."""
    content = AttachmentContent.objects.get(attachment=attachment)
    response = HttpResponse(content.data, content_type=TYPES[attachment.suffix])
    # Its own name stands on the page: in a folder of downloads it would tell whoever looks there.
    name = f"{attachment.kind}.{attachment.suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response
