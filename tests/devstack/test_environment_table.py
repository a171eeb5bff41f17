"""docs/settings.md lists exactly the variables that the settings read."""

import ast
import re

from django.conf import settings


def read_variables():
    """Return the names that the settings and their parts ask their environment for."""
    files = sorted((settings.BASE_DIR / "curednation").glob("*settings.py"))
    trees = [ast.parse(file.read_text()) for file in files]
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = (call for call in calls if ast.unparse(call.func).startswith("env."))
    return {ast.literal_eval(call.args[0]) for call in asked}


def listed_variables():
    """Return the names in the first column of the tables."""
    table = (settings.BASE_DIR / "docs/settings.md").read_text()
    return re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)


def test_the_tables_of_the_document_equal_the_settings():
    listed = listed_variables()
    assert len(listed) == len(set(listed))
    assert set(listed) == read_variables()
    assert len(listed) > 15
