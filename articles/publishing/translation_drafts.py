"""A translation begins as a draft that is built like its original; its review is its own."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from articles import languages
from articles.models import Approval, Article, Contributor, Related, Revision, Status
from articles.publishing import revisions, slugs
from articles.publishing.revisions import Who
from articles.publishing.rules import NotPossible, Refused, lock
from articles.publishing.stored_content import content_of

MOST_TRIED = 50


@transaction.atomic
def start(
    article: Article, *, language: str, by: Who, author: Contributor | None = None
) -> Article:
    """Create a draft in `language` with the original's text, sources, topics and related articles.

    What readers see is copied, or the working copy where they see nothing yet. Raises NotPossible
    for what is no original or is archived, and where a translation is there already.
    """
    locked = lock(article, Status.DRAFT, Status.IN_REVIEW, Status.SCHEDULED, Status.PUBLISHED)
    if locked.language != languages.ORIGINAL or language not in languages.others(locked.language):
        raise NotPossible(_("Only an article in English can be translated."))
    if locked.translations.filter(language=language).exists():
        raise NotPossible(_("There is a translation into this language already."))
    draft = revisions.create(
        content_of(locked.online or locked),
        slug=_free_slug(f"{locked.slug[:110]}-{language}"),
        topic=locked.topic,
        author=author or locked.author,
        by=by,
        language=language,
        translation_of=locked,
        cover=locked.cover,
        review_months=locked.review_months,
        comments_open=locked.comments_open,
    )
    draft.topics.set(locked.topics.all())
    _relate(locked, draft)
    return draft


def _free_slug(wanted: str) -> str:
    for number in range(1, MOST_TRIED):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        try:
            slugs.raise_if_taken(slug)
        except Refused:
            continue
        return slug
    raise NotPossible(_("No address is free for it. Give the original another one first."))


def _relate(original: Article, draft: Article) -> None:
    chosen = original.related_rows.filter(by_hand=True).order_by("position", "pk")
    named = list(chosen.values_list("to", flat=True))
    others = Article.objects.in_language(draft.language).filter(translation_of__in=named)
    found = {other.translation_of_id: other for other in others}
    Related.objects.bulk_create(
        Related(article=draft, to=found[pk], position=place, by_hand=True)
        for place, pk in enumerate(named)
        if pk in found
    )


def known_at(translation: Article) -> datetime:
    """Return up to when changes of the original are known: its last review, else its beginning."""
    given = Approval.objects.filter(revision__article=translation).order_by("-given")
    last = given.values_list("given", flat=True).first()
    return last or translation.created_at


def missed_change(translation: Article) -> tuple[Revision | None, Revision] | None:
    """Return the original as it was when this was reviewed, and as it is; None if not behind."""
    original = translation.translation_of
    if original is None or original.online is None:
        return None
    if not Article.objects.behind().filter(pk=translation.pk).exists():
        return None
    since = known_at(translation)
    then = original.revisions.filter(approvals__given__lte=since).order_by("-number").first()
    return then, original.online
