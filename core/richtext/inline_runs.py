"""Words, breaks and pictures that follow one another, with the marks on each. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.richtext.inline_content import Piece
from core.richtext.tree import BLANK, Element, is_visible


@dataclass
class Run:
    """Inline content that follows one another, which makes a paragraph."""

    pieces: list[Piece]

    def is_visible(self) -> bool:
        """Return whether a reader sees anything of it."""
        return any(is_visible(what) for _, what in self.pieces)

    def has_line_end(self) -> bool:
        """Return whether there is a line end in it."""
        return any(isinstance(what, str) and "\n" in what for _, what in self.pieces)

    def pictures(self) -> list[Piece]:
        """Return its pictures."""
        return [p for p in self.pieces if isinstance(p[1], Element) and p[1].name == "img"]

    def is_pictures(self) -> bool:
        """Return whether there are pictures, and nothing else is seen."""
        words = any(isinstance(what, str) and is_visible(what) for _, what in self.pieces)
        return bool(self.pictures()) and not words

    def trimmed(self) -> list[Piece]:
        """Return it without the blanks and breaks at its ends."""
        pieces = list(self.pieces)
        for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
            while pieces:
                marks, what = pieces[end]
                left = strip(what, BLANK) if isinstance(what, str) else what
                if left and not (isinstance(left, Element) and left.name == "br"):
                    pieces[end] = marks, left
                    break
                pieces.pop(end)
        return pieces


class RunWriter:
    """Writes runs. A mark that goes on in another block is written again there.

    No more than `room` characters in all, so that a text does not grow by its marks.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.written: set[Element] = set()

    def write(self, run: Run) -> str:
        """Return a run as HTML."""
        out: list[str] = []
        now: list[Element] = []
        for marks, what in run.trimmed():
            wanted = [mark for mark in marks if mark in now or self._may_write(mark)]
            shared = _shared(now, wanted)
            out += [f"</{mark.name}>" for mark in reversed(now[shared:])]
            out += [self._begin(mark) for mark in wanted[shared:]]
            out.append(what if isinstance(what, str) else what.start)
            now = wanted
        return "".join([*out, *(f"</{mark.name}>" for mark in reversed(now))])

    def _may_write(self, mark: Element) -> bool:
        return mark not in self.written or self.room > 0

    def _begin(self, mark: Element) -> str:
        if mark in self.written:
            self.room -= len(mark.start) + len(mark.name) + 3
        self.written.add(mark)
        return mark.start


def _shared(now: Iterable[Element], wanted: Iterable[Element]) -> int:
    """How many marks go on."""
    count = 0
    for one, other in zip(now, wanted, strict=False):
        if one is not other:
            break
        count += 1
    return count
