"""A file of a message, for staff: saved on their machine, never opened by the browser."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.staff.audit import disclosures
from messaging import staff_rights
from messaging.models import Attachment, Thread
from messaging.views.files import as_download
from messaging.whose_threads import record_behind


@admin.site.register_page("message-files/<int:pk>/")  # type: ignore[attr-defined]  # core.staff
@require_safe
def message_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the file to whoever may read its thread; the trail says who took it."""
    found = Attachment.objects.select_related("message__thread", "draft").filter(pk=pk).first()
    if found is None:
        raise Http404("No such file")
    if found.message is None:
        if found.draft is None or found.draft.staff_id != request.user.pk:
            raise Http404("No such file")
        return disclosures.declare_none(as_download(found))
    threads = Thread.objects.visible_to(request.user).select_related("patient__merged_into")
    thread = threads.filter(pk=found.message.thread_id).first()
    if thread is None:
        raise Http404("No such file")
    if not staff_rights.may_read(request.user, thread):
        raise PermissionDenied
    return disclosures.declare(as_download(found), [found, thread, record_behind(thread)])
