"""Which words of two texts differ, by work that is bounded whatever the texts are. Pure."""

import difflib
from collections.abc import Sequence

# Pairs of equal words that are looked at: a long article needs a few hundred thousand, and a text
# of one word over and over would need the cube of its length.
MOST_PAIRS = 10_000_000
Opcode = tuple[str, int, int, int, int]


def diff_opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[Opcode]:
    """Return what became of `old`, as difflib's opcodes. Blanks are matched beside words only.

    Where that takes too much work the rest counts as replaced.
    """
    return _Bounded(str.isspace, old, new, autojunk=False).get_opcodes()


class _Bounded(difflib.SequenceMatcher):
    left = MOST_PAIRS

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        if self.left > 0:
            places: dict[str, list[int]] = self.b2j  # type: ignore[attr-defined]  # documented
            words: Sequence[str] = self.a[alo:ahi]  # type: ignore[attr-defined]  # difflib's own
            self.left -= sum(1 + len(places.get(word, ())) for word in words)
        if self.left <= 0:
            return difflib.Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)
