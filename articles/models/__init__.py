from articles.models.articles import RESERVED, Approval, Article, Redirect, Revision, Status
from articles.models.comments import Comment, CommentStatus, Feedback
from articles.models.contributors import Contributor, Topic
from articles.models.images import ImageAsset
from articles.models.imports import Origin
from articles.models.parts import Correction, DatedFact, LinkCheck, Question, Related, Source
from articles.models.search import Synonym, Word

__all__ = [
    "RESERVED",
    "Approval",
    "Article",
    "Comment",
    "CommentStatus",
    "Contributor",
    "Correction",
    "DatedFact",
    "ImageAsset",
    "LinkCheck",
    "Feedback",
    "Origin",
    "Question",
    "Redirect",
    "Related",
    "Revision",
    "Source",
    "Status",
    "Synonym",
    "Topic",
    "Word",
]
