"""Search and lists over 100, 1,000 and 10,000 articles, through the pages that readers open."""

import random
import re
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from articles.models import Article, Contributor, Revision, Topic
from bench import plot
from bench.table import Row

SIZES = (100, 1_000, 10_000)
# What people type: common words, rare ones, names, several, misspelled, and nothing at all.
ASKED = [
    *("naltrexone", "opioid", "medicine", "what is naltrexone", "side effects"),
    *("suboxone", "vivitrol", "suboxone cost", "vivitrol cost insurance", "narcan"),
    *("how long to wait before suboxone", "alcohol withdrawal", "withdrawal emergency"),
    *("liver", "liver disease", "monthly shot", "tablet or shot", "first visit", "brixadi"),
    *("precipitated withdrawal", "supporting someone", "myths", "savings card", "telehealth"),
    *("suboxne", "vivitrl", "naltrexon", "withdrawl", "alchohol", "buprenorfine"),
    *("naltrex", "opi", "the", "how does it work", "is it safe", "zebra", "qwertyuiop"),
    *("medicine zebra", "prescription help at night", "my brother drinks", "cravings", "a"),
]
TYPED = [
    *("na", "nal", "nalt", "naltrex", "naltrexone s", "su", "sub", "suboxone co", "wh", "what is"),
    *("vi", "viv", "alcohol w", "op", "opioid", "si", "side ef", "how lo", "the", "zeb"),
]
TIMES = 3


def measure() -> list[Row]:
    """Rows about the largest size; all sizes go into bench/articles.svg."""
    found: dict[str, list[tuple[float, float]]] = {"search, p95": [], "typing, p95": []}
    found["list, anew"] = []
    sentences = _sentences()
    for size in SIZES:
        fill(size, sentences)
        for name, addresses in (
            ("search, p95", [f"/articles/?q={words}" for words in ASKED]),
            ("typing, p95", [f"/articles/search/?q={words}" for words in TYPED]),
            ("list, anew", [f"/articles/?page={page}" for page in range(1, 9)]),
        ):
            found[name].append((size, percentile(_milliseconds(addresses, TIMES))))
    path = Path(settings.BASE_DIR) / "bench" / "articles.svg"
    path.write_text(plot.lines("Articles, in ms, by how many there are", found))
    search, typing, listing = (line[-1][1] for line in found.values())
    growth = "; ".join(
        f"{name} " + ", ".join(f"{took:.1f}" for _, took in line) for name, line in found.items()
    )
    return [
        Row(f"search in {SIZES[-1]:,}, p95", f"{search:.1f} ms", "at most 25 ms", search <= 25),
        Row("the same while typing, p95", f"{typing:.1f} ms", "at most 15 ms", typing <= 15),
        Row(f"a page of the list of {SIZES[-1]:,}, anew", f"{listing:.1f} ms", "", None),
        Row("100, 1,000, 10,000 articles, in ms", growth, "", None),
    ]


def percentile(took: list[float], share: float = 0.95) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]


def slowest() -> list[tuple[float, str]]:
    """Which of ASKED take longest, for who wants to know why."""
    return sorted(
        ((min(_milliseconds([f"/articles/?q={words}"], 3)), words) for words in ASKED), reverse=True
    )


def _milliseconds(addresses: Iterable[str], times: int) -> list[float]:
    client = Client(SERVER_NAME="127.0.0.1")
    took = []
    for address in addresses:
        client.get(address)
        for _ in range(times):
            if "page=" in address:
                cache.clear()
            began = time.perf_counter()
            client.get(address)
            took.append((time.perf_counter() - began) * 1000)
    return took


def _sentences() -> list[str]:
    """What the library says, sentence by sentence."""
    texts = Article.objects.published().values_list("online__text", flat=True)
    return [part for text in texts for part in re.split(r"(?<=[.?!])\s+", text) if len(part) > 30]


def fill(size: int, sentences: list[str]) -> None:
    """As many published articles of about 1,000 words, of the library's sentences shuffled."""
    chance = random.Random(size)  # noqa: S311  (the same texts each time)
    wanted = size - Article.objects.published().count()
    for start in range(0, wanted, 500):
        _insert(min(500, wanted - start), sentences, chance)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE articles_article, articles_revision, articles_word")


@transaction.atomic
def _insert(count: int, sentences: list[str], chance: random.Random) -> None:
    author, reviewer = Contributor.objects.order_by("pk")[:2]
    topics = list(Topic.objects.all())
    now = timezone.now()
    last = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    articles = Article.objects.bulk_create(
        Article(
            slug=f"bench-{last + number}",
            title="-",
            summary="-",
            body="-",
            topic=chance.choice(topics),
            author=author,
            reviewer=reviewer,
            last_reviewed=now.date(),
            usefulness=chance.randrange(900),
            published_at=now - timedelta(minutes=chance.randrange(10**6)),
        )
        for number in range(count)
    )
    revisions = Revision.objects.bulk_create(_revisions(articles, sentences, chance))
    for article, revision in zip(articles, revisions, strict=True):
        article.online = article.approved = revision
    Article.objects.bulk_update(articles, ["online", "approved"])


def _revisions(
    articles: list[Article], sentences: list[str], chance: random.Random
) -> Iterator[Revision]:
    for article in articles:
        text = "\n".join(chance.choices(sentences, k=60))
        title = " ".join(chance.choice(sentences).split()[:8]) + f" {chance.randrange(10**6)}"
        yield Revision(
            article=article,
            number=1,
            title=title[:120],
            summary=" ".join(chance.choices(sentences, k=2))[:300],
            body=f"<p>{text}</p>",
            text=text,
            headings="\n".join(chance.choice(sentences)[:60] for _ in range(5)),
            minutes=5,
            saved_at=timezone.now(),
        )
