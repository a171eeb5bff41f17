from articles.models.articles import RESERVED, Approval, Article, Redirect, Revision, Status
from articles.models.images import ImageAsset
from articles.models.parts import Correction, LinkCheck, Question, Related, Source
from articles.models.people import Contributor, Topic
from articles.models.search import Synonym, Word

__all__ = [
    "RESERVED",
    "Approval",
    "Article",
    "Contributor",
    "Correction",
    "ImageAsset",
    "LinkCheck",
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
