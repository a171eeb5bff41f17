"""The records that a page of the admin shows, declared on its response for the audit trail.

Every page that an app adds to the admin returns `declare(response, rows)` or
`declare_none(response)`. One that does neither is a fault: in tests and in development
`core.staff` raises, elsewhere it records a page whose content is unknown.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model
from django.http.response import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)
# The keys of records by the label of their model, such as {"appointments.patient": ["7"]}.
Shown = dict[str, list[str]]
_ATTRIBUTE = "_disclosed"


def declare(response: R, *rows: Iterable[Model]) -> R:
    """Declare that `response` shows these records, beside those declared before; return it.

    A record stands for what hangs on it: a visit for its patient, its consents and e-mails.
    """
    setattr(response, _ATTRIBUTE, merged(declared_on(response) or {}, *map(by_model, rows)))
    return response


def declare_none(response: R) -> R:
    """Declare that `response` shows no record of anybody, and return it."""
    return declare(response)


def declare_search(response: R, model: type[Model], *rows: Iterable[Model]) -> R:
    """Declare that `response` shows what was found of `model`, perhaps nothing, and return it."""
    declare(response, *rows)
    setattr(
        response, _ATTRIBUTE, merged({model._meta.label_lower: []}, declared_on(response) or {})
    )
    return response


def declared_on(response: HttpResponseBase) -> Shown | None:
    """Return what was declared on `response`; None where nothing was."""
    return getattr(response, _ATTRIBUTE, None)


def by_model(rows: Iterable[Model]) -> Shown:
    """Return the keys of these records by model, in their order."""
    found: Shown = {}
    for row in rows:
        found.setdefault(row._meta.label_lower, []).append(str(row.pk))
    return found


def merged(*several: Shown) -> Shown:
    """Return all of them as one mapping, each key once."""
    found: Shown = {}
    for shown in several:
        for model, pks in shown.items():
            found[model] = list(dict.fromkeys([*found.get(model, []), *pks]))
    return found
