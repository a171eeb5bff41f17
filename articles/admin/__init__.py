"""How staff write, review and publish. Every change of a status goes through `publishing`."""

from articles.admin import articles, pictures, words

__all__ = ["articles", "pictures", "words"]
