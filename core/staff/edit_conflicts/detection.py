"""Detects that two people change one record: the second sees what the first did, and may go on.

What somebody opened comes back with what they typed. Where it is not what stands in the database
any more, nothing is saved: the form shows what they typed over what is there now, so that saving it
once more undoes nothing that they have not seen. What both changed is named and stays as typed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model, Q
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.staff.edit_conflicts import snapshots
from core.staff.edit_conflicts.merging import Conflict, Merge, Opened, sent_rows
from core.staff.edit_conflicts.snapshots import Snapshot


def lock(model: type[Model], pk: object, rows: Iterable[Any]) -> None:
    """Let nobody else save this record until the transaction ends, nor the rows of these queries.

    By its key as well as by its row: the rules of the clinic have none until they are saved.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"admin:{model._meta.label_lower}:{pk}"]
        )
    list(_locked(model._base_manager.filter(pk=pk)))
    for queryset in rows:
        list(_locked(queryset))


def _locked(queryset: Any) -> Any:
    pks = list(queryset.order_by().values_list("pk", flat=True))
    rows = queryset.model._base_manager.filter(pk__in=pks).order_by("pk")
    return rows.select_for_update(no_key=True).values_list("pk")


def find(request: HttpRequest, now: Opened) -> tuple[Conflict, QueryDict] | None:
    """Return what stands against saving what was sent, and the data to show instead; else None.

    A page without a snapshot was made before there were any: of such only rows that are gone count.
    """
    sent = request.POST.get(snapshots.TOKEN)
    current = now.snapshot()
    opened = current if sent is None else snapshots.read(sent)
    if opened is None:  # not ours: as if all had been empty
        opened = Snapshot(current, fields={}, rows={}, at=None)
    gone = any(_gone(request.POST, table, current) for table, _name in now.tables)
    if opened.content == current.content and not gone:
        return None
    merge = Merge(request, now, opened, current)
    conflict, data = merge.result()
    conflict.who = last_editors(merge.touched, opened["at"], request.user)
    return conflict, data


def _gone(data: QueryDict, table: BaseModelFormSet, current: Snapshot) -> bool:
    return any(pk not in current["rows"][table.prefix] for _n, pk in sent_rows(data, table))


def last_editors(touched: Iterable[tuple[type[Model], str]], since: str | None, user: Any) -> str:
    """Return who changed any of these since then, as far as the admin's log knows; or empty."""
    about = Q()
    for model, pk in touched:
        kind = ContentType.objects.get_for_model(model)
        about |= Q(content_type=kind, object_id=pk)
    log = LogEntry.objects.filter(about).select_related("user").order_by("pk")
    if since:
        log = log.filter(action_time__gte=datetime.fromisoformat(since))
    else:
        log = log.order_by("-pk")[:1]
    people = dict.fromkeys(entry.user for entry in log)
    names = [_("you, in another window") if who == user else str(who) for who in people]
    return ", ".join(names)
