"""Articles for the tests, written and published through the workflow as staff would."""

from itertools import count
from typing import Any

from articles.models import Article, Contributor, Topic
from articles.publishing import review, revisions, stored_content
from articles.revisions.content import Content, SourceLine
from core.staff.models import User

numbers = count(1)
LABEL = SourceLine("Prescribing information", "FDA", 2022, "https://example.org/label")


def make_topic(name: str = "Medicines", **fields: Any) -> Topic:
    slug = fields.pop("slug", name.lower().replace(" ", "-"))
    return Topic.objects.get_or_create(slug=slug, defaults={"name": name, **fields})[0]


def make_contributor(name: str = "", *, credentials: str = "MD", **fields: Any) -> Contributor:
    """Somebody with an account of their own."""
    number = next(numbers)
    name = name or f"Casey Example {number}"
    user = User.objects.create(email=f"casey{number}@example.org", name=name, is_staff=True)
    fields = {"user": user, "slug": f"casey-{number}"} | fields
    return Contributor.objects.create(name=name, credentials=credentials, **fields)


def make_content(**values: Any) -> Content:
    values = {
        "title": "What naltrexone does",
        "summary": "It blocks opioids and dulls the reward of alcohol.",
        "body": "<h2>How it works</h2><p>It sits on the receptors [1].</p>",
        "sources": (LABEL,),
    } | values
    return Content(**values)


def make_draft(*, slug: str = "", by: User | None = None, **values: Any) -> Article:
    own = {name: values.pop(name) for name in ("author", "topic", "publish_at") if name in values}
    own.setdefault("author", None)
    author = own.pop("author") or make_contributor(credentials="RN")
    return revisions.create(
        make_content(**values),
        slug=slug or f"article-{next(numbers)}",
        topic=own.pop("topic", None) or make_topic(),
        author=author,
        by=by,
        **own,
    )


def approve(article: Article, *, by: Contributor | None = None, **options: Any) -> Article:
    """Submit where it is a draft, and approve the newest revision."""
    if article.status == "draft":
        review.submit(article)
    reviewer = by or make_contributor()
    review.approve(article, revision=article.revisions.first(), by=reviewer, **options)
    return article


def make_article(**values: Any) -> Article:
    """One that readers can see."""
    return approve(make_draft(**values))


def edit(article: Article, *, by: User | None = None, **changes: Any) -> Article:
    """Save it again with something changed. Options of `publishing.save` may stand among them."""
    options = {k: changes.pop(k) for k in ("note", "correction", "small") if k in changes}
    now = stored_content.content_of(article)
    revisions.save(article, Content(**(now.__dict__ | changes)), by=by, **options)
    return article
