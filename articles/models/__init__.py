"""The models of articles, comments, pictures and search."""

from articles.models.approvals import Approval
from articles.models.articles import RESERVED, Article, Status
from articles.models.comments import Comment, CommentStatus, Feedback
from articles.models.contributors import Contributor
from articles.models.images import ImageAsset
from articles.models.imports import Origin
from articles.models.parts import Correction, DatedFact, LinkCheck, Question, Related, Source
from articles.models.redirects import Redirect
from articles.models.revisions import Revision
from articles.models.search import Synonym, Word
from articles.models.sent_back import SentBack
from articles.models.topics import Topic

__all__ = [
    "RESERVED",
    "Approval",
    "Article",
    "Comment",
    "CommentStatus",
    "Contributor",
    "Correction",
    "DatedFact",
    "Feedback",
    "ImageAsset",
    "LinkCheck",
    "Origin",
    "Question",
    "Redirect",
    "Related",
    "Revision",
    "SentBack",
    "Source",
    "Status",
    "Synonym",
    "Topic",
    "Word",
]
