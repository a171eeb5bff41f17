"""How staff write, review and publish. Every change of a status goes through `publishing`."""

from articles.admin import articles, comments, pictures, waiting, words

__all__ = ["articles", "comments", "pictures", "waiting", "words"]
