"""Work on many rows in parts that are committed one by one: nobody waits for the last of them."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
SIZE = 1000


def batches(rows: QuerySet[M], size: int = SIZE) -> Iterator[QuerySet[M]]:
    """Yield `rows` in parts of `size`, by their keys.

    Each begins behind the last one: what that has changed is not read again.
    """
    ordered = rows.order_by("pk")
    pks = list(ordered.values_list("pk", flat=True)[:size])
    while pks:
        yield rows.filter(pk__in=pks)
        rest = ordered.filter(pk__gt=pks[-1])
        pks = list(rest.values_list("pk", flat=True)[:size])
