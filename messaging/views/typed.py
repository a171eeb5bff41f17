"""What was posted of a message, brought into its draft."""

from typing import Any

from messaging import drafts, keys
from messaging.models import Draft
from messaging.whose_threads import record_of
from portal.records import managed


def keep_typed(request: Any, draft: Draft) -> Draft:
    """Keep the text, the choices and the files that a patient has posted; return the draft."""
    values: dict[str, Any] = {}
    if draft.thread is None:
        records = managed(request.account)
        chosen = record_of(request.account, request.POST.get("patient"))
        values["patient"] = chosen or (records[0] if len(records) == 1 else None)
        values["topic"] = request.POST.get("topic", "")
    once = keys.parse(request.POST.get("once"))
    draft = drafts.keep(draft, request.POST.get("text", ""), once=once, **values)
    drafts.remove_files(draft, request.POST.getlist("remove"))
    if draft.pk and (uploads := request.FILES.getlist("uploads")):
        drafts.add_files(draft, uploads)
    return draft
