"""Finds where a module's source gives a row a status, in any of the ways that Django knows.

It reads and runs nothing. What cannot be told from the source counts as a write: a `**` whose names
come from elsewhere, a `setattr` of a name that is computed.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

# Methods that write the fields given by name, and those that take a list of field names.
WRITES = ("update", "create", "get_or_create", "update_or_create")
BY_LIST = ("bulk_update", "bulk_create", "save")
UPDATE_SQL = re.compile(r"\bupdate\s+(?:only\s+)?([\w.\"{}]+).*?\bset\b(.*?)(?:\bwhere\b|;|$)")
INSERT_SQL = re.compile(r"\b(?:insert\s+into|copy)\s+([\w.\"{}]+)[^(]*\(([^)]*)\)")
AGAIN_SQL = re.compile(r"\b(?:do|then)\s+update\s+set\b(.*?)(?:\bwhere\b|;|$)")


@dataclass(frozen=True)
class Fields:
    """The names of the status fields: of each model, and of an app's rows whose model is unclear.

    `models` has every model by its class name, `tables` by its table; those without a status have
    an empty set.
    """

    models: Mapping[str, frozenset[str]]
    tables: Mapping[str, frozenset[str]]
    unclear: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        return self.unclear.union(*self.models.values())


def status_writes(tree: ast.Module, fields: Fields) -> list[int]:
    """Return the lines that give a row a status."""
    return sorted(set(_Reader(fields).lines(tree)))


class _Reader:
    """Walks one module, with the models and the values that its variables hold so far."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.models: dict[str, str] = {}
        self.held: dict[str, list[ast.expr]] = {}  # all that was put into each name
        self.looking: set[str] = set()
        self.rows = True  # whether `self` may be a row

    def lines(self, tree: ast.AST) -> Iterator[int]:
        for node in ast.iter_child_nodes(tree):
            kept = dict(self.models), dict(self.held), self.rows
            self._note(node)
            if self._writes(node):
                yield node.lineno
            yield from self.lines(node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                self.models, self.held, self.rows = kept

    # ── what variables hold ──

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.ClassDef():
                named = {node.name} | {part for base in node.bases for part in _names(base)}
                found = named & self.fields.models.keys()
                self.models |= {"self": found.pop()} if found else {}
                self.rows = bool(found) or "self" in self.models
            case ast.arg(annotation=ast.expr()):
                self._typed(node.arg, node.annotation)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._hold(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._hold(name, value)
                self._typed(name, node.annotation)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self._put(name, value)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)]):
                self._put(name, ast.Dict([key], [key]))

    def _typed(self, name: str, annotation: ast.expr) -> None:
        found = set(_names(annotation)) & self.fields.models.keys()
        if len(found) == 1:
            self.models[name] = found.pop()

    def _put(self, name: str, value: ast.expr) -> None:
        self.held[name] = [*self.held.get(name, []), value]

    def _hold(self, name: str, value: ast.expr) -> None:
        self._put(name, value)
        self.models.pop(name, None)
        if model := self._model(value):
            self.models[name] = model

    def _model(self, node: ast.expr) -> str | None:
        """The model of these rows: of `Issue.objects.filter(…)`, `Issue(…)`, `issue`."""
        while True:
            match node:
                case ast.Name(id=name):
                    return name if name in self.fields.models else self.models.get(name)
                case ast.Call(func=ast.Attribute(value=inner)):
                    node = inner
                case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.Await(value=inner):
                    node = inner
                case ast.Attribute(value=ast.Name() as inner, attr="objects" | "_default_manager"):
                    node = inner
                case _:
                    return None

    def _status(self, rows: ast.expr) -> frozenset[str]:
        """The names that are a status in these rows."""
        model = self._model(rows)
        return self.fields.unclear if model is None else self.fields.models[model]

    # ── what writes ──

    def _writes(self, node: ast.AST) -> bool:
        match node:
            case ast.Attribute(value=rows, attr=name, ctx=ast.Store() | ast.Del()):
                is_self = isinstance(rows, ast.Name) and rows.id == "self"
                return name in self._status(rows) and (self.rows or not is_self)
            case ast.Subscript(value=rows, slice=ast.Constant(value=name), ctx=ast.Store()):
                return name in self.fields.names and _is_dict_of_row(rows)
            case ast.Call(func=ast.Name(id="setattr")) if len(node.args) > 2:
                return self._may_name(node.args[1], self._status(node.args[0]))
            case ast.Call(func=ast.Attribute(attr="__setattr__")) if len(node.args) > 1:
                return self._may_name(node.args[-2], self.fields.names)
            case ast.Call():
                return self._calls(node)
            case ast.Constant(value=str()) | ast.JoinedStr() | ast.BinOp(op=ast.Add()):
                return self._is_sql(_text(node))
        return False

    def _calls(self, node: ast.Call) -> bool:
        match node.func:
            case ast.Attribute(value=rows, attr=method):
                method, status = method.removeprefix("a"), self._status(rows)
                if _is_dict_of_row(rows):
                    status = self.fields.names
            case ast.Name(id=name) if name in self.fields.models:
                method, status = "create", self.fields.models[name]
            case _:
                return False
        if method in WRITES:
            of_dict = isinstance(node.func, ast.Attribute) and _is_dict_of_row(node.func.value)
            return any(self._gives(each, status) for each in node.keywords) or (
                of_dict and any(self._holds(each, status, unclear=True) for each in node.args)
            )
        if method in BY_LIST:
            lists = [*node.args[1:2], *(word.value for word in node.keywords)]
            return any(_constants(each) & status for each in lists)
        return False

    def _gives(self, word: ast.keyword, status: Collection[str]) -> bool:
        if word.arg is None:
            return self._holds(word.value, status, unclear=True)
        if word.arg in ("defaults", "create_defaults"):
            return self._holds(word.value, status, unclear=True)
        return word.arg in status

    def _holds(self, value: ast.expr, status: Collection[str], *, unclear: bool = False) -> bool:
        """Whether this dictionary has such a key; `unclear` where that cannot be told."""
        match value:
            case ast.Dict():
                return any(
                    self._holds(inner, status, unclear=unclear)
                    if key is None
                    else self._may_name(key, status)
                    for key, inner in zip(value.keys, value.values, strict=True)
                )
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                both = (left, right)
                return any(self._holds(each, status, unclear=unclear) for each in both)
            case ast.IfExp(body=left, orelse=right):
                both = (left, right)
                return any(self._holds(each, status, unclear=unclear) for each in both)
            case ast.DictComp(generators=[ast.comprehension(iter=ast.Tuple(elts=names))]):
                return any(self._may_name(each, status) for each in names)
            case ast.Call(func=ast.Name(id="dict")):
                given = any(self._gives(word, status) for word in value.keywords)
                return given or any(self._holds(a, status, unclear=unclear) for a in value.args)
            case ast.Name(id=name) if name in self.looking:
                return False  # `more = more | {…}`: what it held before is looked at as well
            case ast.Name(id=name) if name in self.held:
                self.looking.add(name)
                try:
                    held = self.held[name]
                    return any(self._holds(each, status, unclear=unclear) for each in held)
                finally:
                    self.looking.discard(name)
        return unclear and bool(status)

    def _may_name(self, key: ast.expr, status: Collection[str]) -> bool:
        """Whether this name of a field is one of these; so where it is computed."""
        match key:
            case ast.Constant(value=name):
                return name in status
            case ast.Name(id=name) if self.held.get(name):
                texts = [getattr(each, "value", None) for each in self.held[name]]
                return any(not isinstance(text, str) or text in status for text in texts)
        return bool(status)

    def _is_sql(self, text: str) -> bool:
        text = " ".join(text.lower().split())
        found = [*UPDATE_SQL.findall(text), *INSERT_SQL.findall(text)]
        found += [("", columns) for columns in AGAIN_SQL.findall(text)]
        return any(
            set(re.findall(r"\w+(?=\"?\s*(?:=|,|$))", columns)) & self._of_table(table)
            for table, columns in found
        )

    def _of_table(self, table: str) -> frozenset[str]:
        return self.fields.tables.get(table.strip('"'), self.fields.unclear)


def _names(node: ast.AST) -> Iterator[str]:
    """All names in it, those of annotations in quotes too."""
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(value=str() as text):
                yield from re.findall(r"\w+", text)


def _constants(node: ast.AST) -> set[object]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}


def _is_dict_of_row(node: ast.expr) -> bool:
    """Whether it is `vars(row)` or `row.__dict__`."""
    match node:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars"), args=[_]):
            return True
    return False


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
    return "{}"
