"""What readers wrote under the library's articles: some answered, some waiting for staff."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model

from articles import feedback
from articles.comments import submission
from articles.models import Article, Comment

# (article, days ago, name, text, the author's answer)
PUBLISHED = [
    (
        "naltrexone-side-effects-and-safety",
        38,
        "Sam",
        "The part about taking it with food in the evening made all the difference for my stomach."
        " Wish I had read this in week one.",
        "Thank you, Sam. We moved that line higher up because of you.",
    ),
    (
        "supporting-someone-you-love",
        21,
        "A reader in Ohio",
        "Clear and kind. I sent it to my brother.",
        "",
    ),
    (
        "how-long-to-wait-before-suboxone",
        12,
        "J.",
        "Is it the same when it was a patch and not a pill?",
        "A good question. Patches last longer, so the wait is often longer too. Please ask your own"
        " clinician before you start: they will look at when the patch came off.",
    ),
]
WAITING = [
    ("what-is-naltrexone", 1, "Kim", "Can my dentist see that I take this?"),
    ("what-suboxone-costs", 2, "deals4u", "Cheapest price online, visit www.example.com today"),
]
HELPFUL = {"what-is-naltrexone": (18, 2), "supporting-someone-you-love": (9, 0)}


def create_comments(now: datetime) -> int:
    """Create comments, unless there are any already, and return how many there are."""
    if Comment.objects.exists():
        return 0
    staff = get_user_model().objects.filter(is_staff=True).order_by("pk").first()
    for slug, days, name, text, answer in PUBLISHED:
        article = Article.objects.published().get(slug=slug)
        first = submission.import_comment(
            article, name=name, text=text, written=now - timedelta(days=days)
        )
        if answer:
            reply = submission.answer(first, text=answer, by=staff, contributor=article.author)
            Comment.objects.filter(pk=reply.pk).update(created_at=now - timedelta(days=days - 1))
    for slug, days, name, text in WAITING:
        held = submission.submit(Article.objects.get(slug=slug), name=name, email="", text=text)
        Comment.objects.filter(pk=held.pk).update(created_at=now - timedelta(days=days))
    for slug, (yes, no) in HELPFUL.items():
        for helpful in [True] * yes + [False] * no:
            feedback.give_feedback(Article.objects.get(slug=slug), helpful=helpful, sentence="")
    return len(PUBLISHED) + len(WAITING)
