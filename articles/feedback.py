"""“Was this helpful?”: kept for staff without a trace of who said it, and counted for the order."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q

from articles.models import Article, Feedback
from core.database import database_time
from core.signed_links import PRIMARY_KEY, LinkSigner

# 95 % of the way to being sure: two answers weigh little, fifty weigh a lot.
SURE = 1.96
# Whoever has answered may add a sentence to that answer: once, and soon.
TIME_TO_WRITE = timedelta(hours=2)
ANSWERS = LinkSigner("articles.answer", payload=PRIMARY_KEY, valid_for=lambda: TIME_TO_WRITE)


@transaction.atomic
def give_feedback(article: Article, *, helpful: bool, sentence: str = "") -> Feedback:
    """Keep one answer. It counts for “most useful” at once; kept lists follow within the hour."""
    locked = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    answer = Feedback.objects.create(
        article=locked, helpful=helpful, sentence=sentence, day=database_time.now().date()
    )
    counts = locked.feedback.aggregate(yes=Count("pk", filter=Q(helpful=True)), all=Count("pk"))
    # Not `save`: the day of the last change is for what people write.
    Article.objects.filter(pk=locked.pk).update(
        usefulness=wilson_score(counts["yes"], counts["all"])
    )
    return answer


def add_sentence(article: Article, *, token: str, sentence: str) -> None:
    """Add to the answer whose token `ANSWERS` signed. Nothing is changed where one stands there."""
    pk = ANSWERS.read(token)
    if pk and sentence:
        Feedback.objects.filter(pk=pk, article=article, sentence="").update(sentence=sentence)


def wilson_score(yes: int, total: int) -> int:
    """Return how useful an article surely is, 0 to 1000: the lower end of Wilson's interval.

    E. B. Wilson, "Probable Inference" (1927), for `yes` of `total` answers at a certainty of 95 %.
    """
    if not total:
        return 0
    share, z = yes / total, SURE**2 / total
    middle = share + z / 2
    spread = SURE * ((share * (1 - share) + z / 4) / total) ** 0.5
    return round(1000 * max(0.0, middle - spread) / (1 + z))
