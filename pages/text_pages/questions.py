"""Questions and answers in a text: each heading is a group, each small heading a question.

So staff write them in the editor that they know, and nothing is kept twice. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from django.utils.text import slugify

from articles.search.query import fold
from core.richtext.plain_text import extract

HEADING = re.compile(r"<(h[23])>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One question with its answer, cleaned HTML; `address` is its place in the page."""

    title: str
    answer: str
    group: str
    address: str

    @property
    def text(self) -> str:
        """The answer in plain words."""
        return extract(self.answer).text


@lru_cache(maxsize=16)
def parse(html: str) -> tuple[Question, ...]:
    """Return the questions of a text in its order, without what stands before the first one."""
    pieces = HEADING.split(html)
    found: list[Question] = []
    taken: set[str] = set()
    group = ""
    for kind, heading, answer in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        title = unescape(re.sub(r"<[^<>]+>", "", heading)).strip()
        if kind == "h2":
            group = title
            continue
        base = slugify(title)[:60].strip("-") or "question"
        address = base if base not in taken else f"{base}-{len(taken)}"
        taken.add(address)
        found.append(Question(title, answer.strip(), group, address))
    return tuple(found)


def find(questions: Iterable[Question], stems: list[str]) -> list[Question]:
    """Return those that hold all of these beginnings of words; without any, those that hold some.

    Those with more of them in the question itself stand first. Without stems all, as they are.
    """
    if not stems:
        return list(questions)
    scored = [(_score(each, stems), -place, each) for place, each in enumerate(questions)]
    most = max((score[0] for score, _place, _each in scored), default=0)
    if not most:
        return []
    best = [row for row in scored if row[0][0] == most]
    return [each for _score_, _place, each in sorted(best, key=lambda row: row[:2], reverse=True)]


def find_in_titles(questions: Iterable[Question], stems: list[str]) -> list[Question]:
    """Return those that hold all of these beginnings of words in the question itself."""
    if not stems:
        return []
    return [each for each in questions if _held(stems, _words(each.title)) == len(stems)]


def _score(question: Question, stems: list[str]) -> tuple[int, int]:
    """How many of the stems it holds, and how many the question itself does."""
    in_title = _words(question.title)
    anywhere = in_title + _words(question.text)
    return _held(stems, anywhere), _held(stems, in_title)


def _held(stems: list[str], words: list[str]) -> int:
    return sum(any(word.startswith(stem) for word in words) for stem in stems)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text).replace("’", "").replace("'", ""))
