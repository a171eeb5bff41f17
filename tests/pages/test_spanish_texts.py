"""Each text of the site in Spanish says what its English says: no figure, name or link is lost."""

import re
from collections import Counter
from pathlib import Path

import pytest

from pages.text_pages import seed_files

ENGLISH = sorted(Path(seed_files.__file__).parents[1].glob("library/en/*.md"))
NUMBER = re.compile(r"\d+(?:[.,-]\d+)*")
LINK = re.compile(r"\]\(([^)]+)\)")
# The one article of the library that these texts lead to, under its Spanish address.
ARTICLES = {"supporting-someone-you-love": "como-apoyar-a-un-ser-querido"}


def spanish_address(address: str) -> str:
    if not address.startswith("/"):
        return address
    for english, spanish in ARTICLES.items():
        address = address.replace(f"/{english}/", f"/{spanish}/")
    return f"/es{address}"


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_a_text_says_the_same_line_by_line(path):
    english = path.read_text().splitlines()
    spanish = (path.parents[1] / "es" / path.name).read_text().splitlines()
    assert len(spanish) == len(english)
    for ours, theirs in zip(spanish, english, strict=True):
        found, wanted = (Counter(NUMBER.findall(line)) for line in (ours, theirs))
        assert not wanted - found, ours
        # Whoever calls 988 in Spanish presses 2, or sends a word: nothing else is added.
        assert set(found - wanted) <= ({"988", "2"} if "988" in theirs else set()), ours
        names = (sorted(re.findall(r"\{\w+\}", line)) for line in (ours, theirs))
        assert len(set(map(tuple, names))) == 1, ours
        assert LINK.findall(ours) == [spanish_address(each) for each in LINK.findall(theirs)]
        marks = {re.match(r"(?:#+|:::|[-*] |\d+\. |\||)", line)[0] for line in (ours, theirs)}
        assert len(marks) == 1, ours
