"""The content of an article, as one value: what is saved, compared, approved and shown. Pure."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from articles.revisions.word_diff import diff_opcodes
from core.richtext.plain_text import extract, strip_citations

# Words that turn a sentence around. A change of one is never a small fix.
NEGATING_WORDS = {
    "no",
    "not",
    "never",
    "none",
    "without",
    "cannot",
    "only",
    "unless",
    "except",
    "always",
    "must",
}
SMALL_FIX_WORDS = 8


@dataclass(frozen=True)
class SourceLine:
    """One source, as the text cites it by its number."""

    title: str
    publisher: str = ""
    year: int | None = None
    url: str = ""
    accessed: date | None = None
    true_until: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a revision keeps it."""
        return {name: _written(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "SourceLine":
        """Read what `to_json` wrote.

        Raises TypeError, ValueError or AttributeError for other things.
        """
        dates = {name: _day(values.get(name)) for name in ("accessed", "true_until")}
        return cls(**values | dates)


@dataclass(frozen=True)
class DatedFact:
    """A sentence of the text that holds up to and on a day, such as a rule that ends."""

    sentence: str
    true_until: date

    def to_json(self) -> dict[str, Any]:
        """Return it as a revision keeps it."""
        return {name: _written(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "DatedFact":
        """Read what `to_json` wrote. Raises TypeError, ValueError or KeyError for other things."""
        return cls(values["sentence"], date.fromisoformat(values["true_until"]))


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class QuestionAnswer:
    """A question at the end of an article, and its answer."""

    question: str
    answer: str

    @classmethod
    def all_from_json(cls, rows: list[dict[str, Any]]) -> "tuple[QuestionAnswer, ...]":
        """Read the questions that a revision keeps. A row that is none is left out."""
        return tuple(
            cls(str(row["question"]), str(row["answer"]))
            for row in rows
            if isinstance(row, dict) and {"question", "answer"} <= row.keys()
        )


@dataclass(frozen=True)
class Content:
    """`body` is HTML that `sanitizer.clean` has let through; sources are numbered from 1."""

    title: str
    summary: str
    body: str
    key_points: tuple[str, ...] = ()
    faq: tuple[QuestionAnswer, ...] = ()
    sources: tuple[SourceLine, ...] = field(default=())
    facts: tuple[DatedFact, ...] = ()

    @property
    def sources_count(self) -> int:
        """How many sources it has."""
        return len(self.sources)

    def dated_statements(self) -> list[tuple[str, date]]:
        """Return what holds up to a day, in words, with that day.

        Sentences and sources, soonest first.
        """
        dated = [(fact.sentence, fact.true_until) for fact in self.facts]
        dated += [(each.title, each.true_until) for each in self.sources if each.true_until]
        return sorted(dated, key=lambda each: each[1])

    @property
    def true_until(self) -> date | None:
        """The last day on which all of it holds, if it has one."""
        return min((day for _, day in self.dated_statements()), default=None)

    def contains(self, sentence: str) -> bool:
        """Return whether this sentence stands in the text, whatever its spaces and citations."""
        return _bare(sentence) in _bare(" ".join(self.words()))

    def words(self) -> list[str]:
        """Return all of it as plain words, sources left out."""
        answered = [f"{each.question} {each.answer}" for each in self.faq]
        return " ".join(
            [self.title, self.summary, *self.key_points, extract(self.body).text, *answered]
        ).split()


def parse_key_points(text: str) -> tuple[str, ...]:
    """Return the lines of a box of key points."""
    return tuple(line.strip(" •-*\t") for line in text.splitlines() if line.strip(" •-*\t"))


def is_small_fix(before: Content, after: Content) -> bool:
    """Return whether a change can be a slip of the pen.

    No number, no negating word, SMALL_FIX_WORDS words at most. Doses and waiting times are numbers;
    so this errs towards another review.
    """
    if (before.sources, before.facts) != (after.sources, after.facts):
        return False
    if _tags(before.body) != _tags(after.body):
        return False
    old, new = before.words(), after.words()
    changed: list[str] = []
    for kind, a, b, c, d in diff_opcodes(old, new):
        if kind != "equal":
            changed += [*old[a:b], *new[c:d]]
    return len(changed) <= 2 * SMALL_FIX_WORDS and not any(map(_matters, changed))


def _bare(text: str) -> str:
    return "".join(strip_citations(text).split()).casefold()


def _matters(word: str) -> bool:
    bare = word.lower().strip(".,;:!?()“”\"'")
    return bool(re.search(r"\d", bare)) or bare in NEGATING_WORDS or bare.endswith(("n't", "n’t"))


def _tags(html: str) -> list[str]:
    return re.findall(r"<[^>]+>", html)


def differing_fields(before: Content, after: Content) -> Iterable[str]:
    """Return the names of the fields of Content in which they differ."""
    return [
        part.name
        for part in fields(Content)
        if getattr(before, part.name) != getattr(after, part.name)
    ]
