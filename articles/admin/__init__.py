"""How staff write, review and publish. Every change of a status goes through `publishing`."""

from articles.admin import articles, comments, pictures, review_queue, topics

__all__ = ["articles", "comments", "pictures", "review_queue", "topics"]
