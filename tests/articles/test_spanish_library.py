"""Each Spanish article of the library says what its English original says: no figure is lost."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from articles.seed_library import LIBRARY, markdown_to_html

SPANISH = sorted((LIBRARY / "es").glob("*.md"))
NUMBER = re.compile(r"\d+(?:[.,-]\d+)*")
MARKS = re.compile(r"^(?:#+|:::(?: \w+)?|\||[-*]|\d+\.)(?= |$)", re.M)
# What is told to do in an overdose, in the order in which it has to be done.
GIVE = re.compile(r"d[ée](?:le|sela)?\W+naloxona|naloxona\W+de inmediato", re.I)


def parts(path: Path) -> tuple[dict, str]:
    _, head, body = re.split(r"^---\s*$", path.read_text(), maxsplit=2, flags=re.M)
    return yaml.safe_load(head), body


def pair(path: Path) -> tuple[tuple[dict, str], tuple[dict, str]]:
    spanish = parts(path)
    return spanish, parts(LIBRARY / f"{spanish[0]['translation_of']}.md")


def words(head: dict, body: str) -> list[str]:
    """Every text of an article, apart: title, summary, points, questions, sentences, body."""
    asked = [f"{each['question']} {each['answer']}" for each in head["faq"]]
    return [head["title"], head["summary"], *head["key_points"], *asked, body]


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


each_file = pytest.mark.parametrize("path", SPANISH, ids=lambda path: path.stem)


def test_there_are_six():
    assert len(SPANISH) >= 6


@each_file
def test_every_number_of_the_original_stands_in_the_same_place(path):
    spanish, english = pair(path)
    for ours, theirs in zip(words(*spanish), words(*english), strict=True):
        assert not numbers(theirs) - numbers(ours), ours
    by_line = zip(spanish[1].splitlines(), english[1].splitlines(), strict=True)
    for ours, theirs in by_line:
        assert not numbers(theirs) - numbers(ours), ours
        # Whoever calls 988 in Spanish presses 2, or sends a word: nothing else is added.
        added = numbers(ours) - numbers(theirs)
        assert set(added) <= ({"988", "2"} if "988" in theirs else set()), ours


@each_file
def test_it_has_the_same_parts_in_the_same_order(path):
    (head, body), (original, text) = pair(path)
    assert MARKS.findall(body) == MARKS.findall(text)
    bold = [each.replace("**988**", "988").count("**") for each in (body, text)]
    assert bold[0] == bold[1]
    for key in ("topic", "topics", "published", "sources"):
        assert head.get(key) == original.get(key)
    assert head["slug"] == path.stem
    ends = [each["true_until"] for each in head.get("facts", ())]
    assert ends == [each["true_until"] for each in original.get("facts", ())]
    whole = " ".join([markdown_to_html(body), *head["key_points"]])
    assert all(each["sentence"] in whole for each in head.get("facts", ()))


@each_file
def test_it_leads_where_its_original_leads_in_spanish_where_there_is_one(path):
    (_head, body), (_original, text) = pair(path)
    there = {parts(each)[0]["translation_of"]: each.stem for each in SPANISH}
    for ours, theirs in zip(
        *(re.findall(r"\]\(([^)\s]+)", each) for each in (body, text)), strict=True
    ):
        slug = theirs.removeprefix("/articles/").strip("/")
        if slug in there:
            assert ours == f"/es/articles/{there[slug]}/"
        elif theirs.startswith("/articles/figures/"):
            assert ours == theirs.replace(".svg", ".es.svg")
        elif theirs.startswith("/articles/"):
            assert ours == f"/es{theirs}"  # shown there in English, and it says so
            assert re.search(re.escape(f"({ours})") + r"[^.]{0,3}\(en inglés\)", body), ours
        else:
            assert ours == (f"/es{theirs}" if theirs.startswith("/") else theirs)


@each_file
def test_911_comes_before_naloxone_and_nobody_leaves(path):
    head, body = parts(path)
    blocks = [*head["key_points"], *(each["answer"] for each in head["faq"])]
    blocks += re.findall(r"::: .*?\n:::\n", body, re.S) + body.split("\n\n")
    said = [block for block in blocks if GIVE.search(block) and "911" in block]
    for block in said:
        assert block.find("911") < GIVE.search(block).start(), block
        assert re.search(r"altavoz|suena el teléfono", block), block
        assert re.search(r"qu[ée]dese", block), block


@each_file
def test_nobody_is_called_by_an_illness(path):
    text = path.read_text()
    named = re.findall(r"\b(?:drogadict\w+|alcohólic\w+|adict[oa]s?)\b", text, re.I)
    assert named in ([], ["Adicto"])  # the myths say why not
