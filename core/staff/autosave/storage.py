"""The rows of Autosave: one for each person and record, and nobody else's to read."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import QueryDict

from core.database import database_time
from core.staff.models import Autosave
from core.validation.control_characters import without_controls

LONGEST = 2 * 1024 * 1024  # letters of a form as a browser sends it
SHOWN_FOR = timedelta(days=1)  # to colleagues, who ask whether somebody else is writing
# Of the page, not of what was typed.
_NOT_TYPED = ("csrfmiddlewaretoken",)


class TooLong(Exception):
    """A form that is longer than LONGEST."""


def keep(user: Any, model: type[Model], pk: int | None, data: QueryDict) -> Autosave:
    """Keep what stands in this person's form, instead of what was kept before, and return it.

    `pk` is None on the page of a new record. Raises TooLong. Nothing else is written: neither the
    record nor a revision of it.
    """
    typed = QueryDict(mutable=True)
    for name, values in data.lists():
        if name not in _NOT_TYPED:
            typed.setlist(name, [without_controls(value) for value in values])
    text = typed.urlencode()
    if len(text) > LONGEST:
        raise TooLong
    kept, _ = Autosave.objects.update_or_create(
        user=user,
        model=model._meta.label_lower,
        record=_key(pk),
        defaults={"data": text, "saved_at": database_time.now()},
    )
    return kept


def find(user: Any, model: type[Model], pk: int | None) -> Autosave | None:
    """Return what is kept of this person's form, if anything."""
    return _rows(model, pk).filter(user=user).first()


def discard(user: Any, model: type[Model], pk: int | None) -> None:
    """Forget what is kept of this person's form."""
    _rows(model, pk).filter(user=user).delete()


def typed(kept: Autosave) -> QueryDict:
    """Return what was kept as a form that was sent, with the snapshot of what it was begun from."""
    return QueryDict(kept.data)


def others(user: Any, model: type[Model], pk: int) -> list[Autosave]:
    """Return what colleagues have typed into this record's form since SHOWN_FOR, newest first."""
    since = database_time.now() - SHOWN_FOR
    rows = _rows(model, pk).filter(saved_at__gte=since, user__is_active=True).exclude(user=user)
    return list(rows.select_related("user").defer("data").order_by("-saved_at"))


def purge() -> None:
    """Delete what nobody has come back for in AUTOSAVE_DAYS."""
    since = database_time.now() - timedelta(days=settings.AUTOSAVE_DAYS)
    Autosave.objects.filter(saved_at__lt=since).delete()


def _rows(model: type[Model], pk: int | None) -> QuerySet[Autosave]:
    return Autosave.objects.filter(model=model._meta.label_lower, record=_key(pk))


def _key(pk: int | None) -> int:
    return 0 if pk is None else pk
