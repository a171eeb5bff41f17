"""The documents name files that are there, and stay short enough to be read."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md"))
)
# A path in backticks, or what a link or a picture leads to.
NAMED = re.compile(r"`([\w./-]+\.(?:py|html|txt|md|css|js|toml|conf|sh|yaml|in))(?:::\w+)?`")
LINKED = re.compile(r"\]\((?!https?:|#)([^)#]+)")
PLACEHOLDERS = {"templates/mail/appointment_provider_changed.txt", "list.csv"}


@cache
def files() -> frozenset[str]:
    """Every file of the tree, tracked or new."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(found.stdout.split("\n"))


def is_there(name: str) -> bool:
    """Whether the tree has that file, from its root, from tests/, or under that very end."""
    return name in PLACEHOLDERS or any(f"/{file}".endswith(f"/{name}") for file in files())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document):
    text = (ROOT / document).read_text()
    assert [name for name in NAMED.findall(text) if name[0] != "/" and not is_there(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document):
    path = ROOT / document
    links = LINKED.findall(path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize(("document", "most"), [("README.md", 50), ("docs/architecture.md", 200)])
def test_what_a_newcomer_reads_first_is_short(document, most):
    assert len((ROOT / document).read_text().splitlines()) <= most


def test_a_wrong_name_is_found():
    assert NAMED.findall("see `core/mail/nowhere.py`") == ["core/mail/nowhere.py"]
    assert not is_there("core/mail/nowhere.py")
