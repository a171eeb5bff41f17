"""Questions whose SQL Django writes once a process, for where it would take most of the time.

For a row or two Django is several times longer at writing the SQL than PostgreSQL at answering it.
A `Compiled` question is an ordinary queryset with an `Asked` wherever a value changes from call to
call; what comes back is what the queryset would give, and it always asks the database.
"""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)


class Asked(Expression):
    """Stands in a queryset for the value that each call gives under this name.

    The value goes to the database as it is: a date, a number, a UUID, a primary key, never None.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class OneOf(Func):
    """`filter(OneOf("provider", "pks"))`, where a queryset would say `provider__in=pks`."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, field: str, name: str) -> None:
        super().__init__(F(field), Asked(name))


class Compiled(Generic[M]):
    """The question that `make` builds, to be asked many times."""

    def __init__(self, make: Callable[[], QuerySet[M]]) -> None:
        self._make = make

    def all(self, **values: Any) -> list[M]:
        """The rows, with `values` for what is `Asked`. Raises KeyError where one is missing."""
        queryset, written, sql, params = self._written
        compiler = copy(written)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        now = tuple(values[p.name] if isinstance(p, Asked) else p for p in params)
        compiler.as_sql = lambda *_args, **_options: (sql, now)  # type: ignore[method-assign]
        answer: QuerySet[M] = QuerySet(queryset.model, cast(Query, _Written(compiler)))
        answer._iterable_class = queryset._iterable_class
        return list(answer)

    def first(self, **values: Any) -> M | None:
        return next(iter(self.all(**values)), None)

    @cached_property
    def _written(self) -> tuple[QuerySet[M], SQLCompiler, str, tuple[Any, ...]]:
        """The queryset, its compiler, which knows how to read rows once it has written the SQL,
        the SQL and its parameters."""
        queryset = self._make()
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        columns = [column for column, *_ in compiler.select or ()]
        converters = compiler.get_converters(columns)
        compiler.get_converters = lambda _columns: converters
        return queryset, compiler, sql, tuple(params)


class _Written:
    """What a QuerySet asks of a query, when the compiler is there already."""

    def __init__(self, compiler: SQLCompiler) -> None:
        self.compiler = compiler

    def get_compiler(self, using: str | None = None, **_options: Any) -> SQLCompiler:
        return self.compiler
