"""How staff write, review and publish. Every change of a status goes through `publishing`."""

from articles.admin import articles, comments, feedback, pictures, review_queue, topics

__all__ = ["articles", "comments", "feedback", "pictures", "review_queue", "topics"]
