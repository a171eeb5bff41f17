"""How lists of a million rows are searched: by indexes of trigrams, each part by its own.

A word of one or two letters has no trigram. By itself it is looked for where a text begins.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Value
from django.utils.text import smart_split, unescape_string_literal

SHORTEST = 3  # letters that an index finds anywhere in a text
MOST_WORDS = 10
MOST_FOUND = 1_000  # rows that a search shows: who finds more asks for more
WIDE = 20_000  # rows: keys of more are not brought together


def words(term: str) -> list[str]:
    """Return the words of a term; those between quotation marks are one."""
    found = [word for word in smart_split(term) if word][:MOST_WORDS]
    quoted = [word[0] in "\"'" and word[0] == word[-1] and len(word) > 1 for word in found]
    return [
        unescape_string_literal(word) if is_quoted else word
        for word, is_quoted in zip(found, quoted, strict=True)
    ]


def longest(term: str) -> str:
    """Return the word that an index finds the fewest rows by, most likely."""
    return max(words(term), key=len, default="")


def matching(term: str, columns: Sequence[str]) -> Q:
    """Return what is true where each word stands in one of the columns, whatever its case."""
    lookup = "icontains" if len(longest(term)) >= SHORTEST else "istartswith"
    found = Q()
    for word in words(term):
        asked = [Q((f"{column}__{lookup}", word)) for column in columns]
        found &= Q(*asked, _connector=Q.OR)
    return found


@contextmanager
def similar_from(share: float) -> Iterator[None]:
    """Let words be alike meanwhile that have this share of their trigrams in common."""
    setting = "SELECT set_config('pg_trgm.strict_word_similarity_threshold', %s, true)"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(setting, [f"{share:.2f}"])
        yield


def found(rows: QuerySet, *parts: QuerySet, meant: QuerySet) -> QuerySet:
    """Return those of `rows` that are in one of `parts`, each read by an index of its own.

    `meant` are the same rows by one condition, which no index answers where it is over columns of
    several tables. They are returned where there are more than WIDE: then whoever reads the list
    in its order meets the first of them soon. Of fewer, those are left out that come in the order
    of `rows` behind more than are shown.
    """
    order = _own_columns(rows)
    places: dict[int, Any] = {}
    for part in parts:
        # Without an order: else the whole list may be read in it, to find a few.
        read = part.order_by().values_list(*(name.lstrip("-") for name in order), "pk")
        places |= {row[-1]: row for row in read[: WIDE + 1]}
        if len(places) > WIDE:
            return meant
    if len(places) <= MOST_FOUND:
        return among(rows, set(places))
    if order:
        return among(rows, set(_first(places, order)))
    found = among(rows, set(places)).values_list("pk", flat=True)
    return among(rows, set(found[: MOST_FOUND + 1]))


def _own_columns(rows: QuerySet) -> list[str]:
    """Return the columns of its own that this list is in the order of; none for any other order.

    What is read with the keys need not be read once more to put them in order.
    """
    own = {field.name: field.null for field in rows.model._meta.fields} | {"pk": False}
    order: list[str] = []
    for name in map(str, rows.query.order_by):
        if own.get(name.lstrip("-")) is not False:
            return []
        order.append(name)
        if name.lstrip("-") == "pk":  # no two have the same: what follows decides nothing
            break
    return order


def _first(places: dict[int, Any], order: Sequence[str]) -> list[int]:
    """Return the keys that come first in that order, one more than are shown."""
    keys = list(places)
    for nth, name in reversed(list(enumerate(order))):
        by_this = {pk: place[nth] for pk, place in places.items()}
        keys.sort(key=by_this.__getitem__, reverse=name.startswith("-"))
    return keys[: MOST_FOUND + 1]


def among(rows: QuerySet, keys: set[int], column: str = "pk") -> QuerySet:
    """Return those of `rows` with these keys. One array: `pk__in` is a parameter for each key."""
    array = Value(sorted(keys), ArrayField(BigIntegerField()))
    return rows.filter(_Equals(F(column), Func(array, function="ANY")))


class _Equals(Func):
    """`a = b`, without the brackets around `b` that a lookup writes and ANY cannot have."""

    template, arg_joiner = "%(expressions)s", " = "
    output_field = BooleanField()
