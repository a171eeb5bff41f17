"""Who imports whom, read from the source: nothing is run for it. Late imports count like others.

`python -m tests.import_graph` prints the figures: modules, floors, and what one booking reads.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_OURS = ("tests", "bench")
BOOKING = ("appointments.views.choose_slot", "appointments.views.details")


@cache
def packages() -> list[str]:
    """Return the packages at the top of the tree, tests and bench apart."""
    found = (path.parent.name for path in ROOT.glob("*/__init__.py"))
    return sorted(name for name in found if name not in NOT_OURS)


@cache
def _paths() -> dict[str, Path]:
    return {
        _name_of(path): path
        for package in packages()
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def modules() -> dict[str, ast.Module]:
    """Return the source of every module, without migrations, by its dotted name."""
    return {name: ast.parse(path.read_text(), str(path)) for name, path in _paths().items()}


def path_of(module: str) -> Path:
    """Return where its source is."""
    return _paths()[module]


def _name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of ours that it imports, and the names `a.b` of others."""
    return frozenset(_module_of(name) for name in _named(modules()[module])) - {module}


def _named(tree: ast.Module) -> Iterator[str]:
    """Everything that is imported, wherever in the module it stands: `a.b` or `a.b.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_of(name: str) -> str:
    """The module of ours that an imported name is, or comes from; others as they are."""
    if name.split(".")[0] not in packages():
        return name
    while name not in modules() and "." in name:
        name = name.rpartition(".")[0]
    return name


def ours(module: str) -> frozenset[str]:
    """Return the modules of ours that it imports."""
    return imports(module) & modules().keys()


def within(module: str, *among: str) -> bool:
    """Whether the module is one of these, or stands in one of them."""
    return any(module == package or module.startswith(f"{package}.") for package in among)


def inside(*among: str) -> list[str]:
    """Return the modules of these packages."""
    return [module for module in modules() if within(module, *among)]


def reached(start: Iterable[str]) -> set[str]:
    """Return these modules and all that they import, and those in turn."""
    found: set[str] = set()
    left = list(start)
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += ours(module)
    return found


def circles() -> list[set[str]]:
    """Return the modules that import one another, together: no list where none do."""
    behind = {module: reached(ours(module)) for module in modules()}
    found: list[set[str]] = []
    for module in modules():
        circle = {other for other in behind[module] if module in behind[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def longest_chain() -> list[str]:
    """Return the longest way down from module to module, without the steps inside a circle."""
    return max((list(_chain(module)) for module in modules()), key=len)


@cache
def _chain(module: str) -> tuple[str, ...]:
    same = next((circle for circle in _circles() if module in circle), frozenset())
    below = sorted(ours(module) - same)
    return module, *max((_chain(each) for each in below), key=len, default=())


@cache
def _circles() -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, circles()))


def figures() -> str:
    """Return how large the tree is, in words."""
    booking = reached(BOOKING)
    shares = Counter(module.split(".")[0] for module in booking)
    chain = longest_chain()
    lines = [f"{len(modules())} modules", *(f"circle: {sorted(one)}" for one in circles())]
    lines.append(f"{len(chain)} floors: {' > '.join(chain)}")
    lines.append(f"a booking reads {len(booking)} modules: {dict(shares)}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(figures())  # noqa: T201
