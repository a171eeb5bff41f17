"""A second guess at how a word is spelled, where the words as typed found nothing."""

from functools import lru_cache

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import QuerySet
from django.db.models.functions import Length
from spellchecker import SpellChecker

from articles import languages
from articles.models import Word
from articles.search.query import fold

# "fentynal" and "fentanyl" share 0.29 of their trigrams.
NEAR, LOOKED_AT = 0.2, 20
SHORTEST = 4


def correct_spelling(
    typed: list[str], names: set[str], language: str = languages.ORIGINAL
) -> list[str]:
    """Return the words, each that is no word at all replaced by the nearest that articles hold.

    `names` are known as well, and words to correct to. A word of this language stays, whether or
    not an article holds it: who looks for "weed" does not want "week".
    """
    words = Word.objects.filter(languages__contains=[language])
    known = set(words.filter(word__in=typed).values_list("word", flat=True)) | names
    return [
        word if word in known or _stays(word, language) else _nearest(word, names, words)
        for word in typed
    ]


def _stays(word: str, language: str) -> bool:
    return len(word) < SHORTEST or not word.isalpha() or word in _dictionary(language)


@lru_cache(maxsize=4)
def _dictionary(language: str) -> frozenset[str]:
    """About 130,000 words, read once a process when somebody has first misspelt something."""
    if language not in languages.STEMMED:
        return frozenset()
    words = map(fold, SpellChecker(language=language).word_frequency.words())
    return frozenset(word for word in words if len(word) >= SHORTEST)


def _nearest(word: str, names: set[str], words: QuerySet[Word]) -> str:
    """The word itself where none is near enough."""
    most = len(word) // 4
    near = (
        words.filter(word__startswith=word[0])
        .annotate(near=TrigramSimilarity("word", word), long=Length("word"))
        .filter(near__gte=NEAR, long__gte=len(word) - most, long__lte=len(word) + most)
        .order_by("-near", "word")
        .values_list("word", flat=True)[:LOOKED_AT]
    )
    fits = [other for other in {*near, *names} if _first_letters_fit(word, other)]
    slips = {other: distance(word, other, most) for other in fits}
    return min((o for o in fits if slips[o] <= most), key=lambda o: (slips[o], o), default=word)


def _first_letters_fit(word: str, other: str) -> bool:
    """The same two, or these two the other way round."""
    return (
        len(other) >= SHORTEST
        and other[0] == word[0]
        and (other[1] == word[1] or other[1] in word[2:3] or word[1] in other[2:3])
    )


def distance(one: str, other: str, most: int) -> int:
    """Count the letters that are wrong, missing, too many or swapped; `most` + 1 for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, before = before, row
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)
