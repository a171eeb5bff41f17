"""`docs/privacy.md` names for each rule the tests that hold it, and they exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = (ROOT / "docs" / "privacy.md").read_text()
ROWS = {
    int(number): tests
    for number, tests in re.findall(r"^\| (\d+) \|[^|]*\| (.*) \|$", DOCUMENT, re.MULTILINE)
}
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_rule_has_its_row():
    assert list(ROWS) == list(range(1, 35))


@pytest.mark.parametrize("rule", ROWS)
def test_every_rule_has_a_test_or_waits_for_its_feature(rule):
    assert re.search(r"`[\w/]+\.py::test_\w+`", ROWS[rule]) or ROWS[rule].startswith("waits for")


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_that_is_named_exists(path, name):
    assert name in names_in(path)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_locked_with_its_hashes(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    wanted = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert wanted
    assert [line for line in wanted if "==" not in line or "--hash=sha256:" not in line] == []
