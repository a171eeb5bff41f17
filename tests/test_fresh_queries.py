"""A query is made when it is asked: what it is told of the day must not stay till the restart."""

import ast
from collections.abc import Iterator

from tests.import_graph import modules


def made_at_import(tree: ast.AST) -> Iterator[ast.Attribute]:
    """Every `.objects` of a model that stands in no function: lambdas count, they are kept.

    The choices of a form's field do not: the field asks anew, and knows no day.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or is_field(node):
            continue
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            yield node
        yield from made_at_import(node)


def is_field(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Field")


def test_no_module_keeps_a_query_from_its_import_on():
    kept = [
        f"{name}:{node.lineno}" for name, tree in modules().items() for node in made_at_import(tree)
    ]
    assert kept == []


def test_a_query_that_is_kept_would_be_seen():
    source = "CURRENT = Compiled(lambda: Text.objects.filter(until__gte=today()))"
    assert len(list(made_at_import(ast.parse(source)))) == 1
