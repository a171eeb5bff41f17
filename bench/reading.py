"""The page of an article: from the cache beside bare views, not modified, and made anew."""

import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.seed_library import load_library
from bench import load, wagtail
from bench.table import Row
from core.practice.models import Practice
from tests import processes

ROUNDS, CONNECTIONS = 15, 8
BODY = Path(settings.BASE_DIR) / "var" / "bench" / "page.br"
Batch = Callable[[], float]


def prepare() -> Article:
    """The library, and its longest article. The bare views serve what its page is over the wire."""
    load_library()
    Practice.objects.get_or_create(pk=1)  # as every site has it
    Practice.share()
    article = max(
        Article.objects.published().in_language(settings.LANGUAGE_CODE).select_related("online"),
        key=lambda each: len(each.published_revision.body),
    )
    client = Client(SERVER_NAME="127.0.0.1")
    response = client.get(article.get_absolute_url(), headers={"Accept-Encoding": "br"})
    BODY.parent.mkdir(parents=True, exist_ok=True)
    BODY.write_bytes(response.content)
    return article


def rates(article: Article, port: int) -> list[Row]:
    """Each kind in turns, so that what else the machine does hits all alike."""
    path = article.get_absolute_url()
    etag = Client(SERVER_NAME="127.0.0.1").get(path, headers={"Accept-Encoding": "br"})["ETag"]
    with processes.site(
        DJANGO_SETTINGS_MODULE="bench.bare", WEB_WORKERS="2", BENCH_PAGE=str(BODY)
    ) as bare:
        plain = int(bare.url.rsplit(":", 1)[1])
        kept, base, alone, unchanged = _in_turns(
            partial(_rate, path, port, 1000),
            partial(_rate, "/bench/page/", port, 1000),
            partial(_rate, "/bench/page/", plain, 1500),
            partial(_rate, path, port, 1000, status=304, if_none_match=etag),
        )
    size = len(BODY.read_bytes())
    return [
        Row(f"a bare view of {size:,} bytes, no middleware", f"{_middle(alone):.0f}/s", "", None),
        Row("the same behind our middleware", f"{_middle(base):.0f}/s", "", None),
        _share("article from the cache, of the second", kept, base, 0.6),
        _share("article not modified (304), of the second", unchanged, base, 0.6),
    ]


def anew(article: Article, port: int) -> list[Row]:
    """Without the cache, beside Wagtail."""
    client = Client(SERVER_NAME="127.0.0.1")
    path = f"/bench/article/{article.slug}/"
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        length = len(client.get(path).content)
    with wagtail.site(article) as peer:
        ours, theirs = _in_turns(
            partial(_rate, path, port, 100),
            partial(_rate, peer["path"], peer["port"], 60),
        )
    times = _ratio(ours, theirs)
    count = len(queries)
    return [
        Row("article made anew, queries", str(count), "at most 10", count <= 10),
        Row(
            f"Wagtail 7.4, {peer['length']:,} bytes",
            f"{_middle(theirs):.0f}/s, {peer['queries']} queries",
            "",
            None,
        ),
        Row(
            f"article made anew, {length:,} bytes",
            f"{_middle(ours):.0f}/s = {times:.1f} times it",
            "at least 2 times",
            times >= 2,
        ),
    ]


def lists() -> list[Row]:
    client = Client(SERVER_NAME="127.0.0.1")
    most = 0
    for path in ("/articles/", "/articles/?order=useful", "/articles/topics/opioids/"):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        most = max(most, len(queries))
    return [Row("list pages made anew, queries", f"{most} at most", "at most 10", most <= 10)]


def _rate(path: str, port: int, count: int, status: int = 200, **headers: str) -> float:
    asked = load.request("GET", path, port=port, accept_encoding="br", **headers)
    load.send([asked] * (count // 10), port=port, connections=CONNECTIONS)
    result = load.send([asked] * count, port=port, connections=CONNECTIONS)
    assert set(result.statuses) == {status}, set(result.statuses)
    return result.rate


def _in_turns(*batches: Batch) -> list[list[float]]:
    """The rates of each, round by round."""
    rounds = [[batch() for batch in batches] for _ in range(ROUNDS)]
    return [list(rates) for rates in zip(*rounds, strict=True)]


def _middle(rates: list[float]) -> float:
    return statistics.median(rates)


def _ratio(rates: list[float], base: list[float]) -> float:
    """The middle of the ratios within a round: what changes from round to round falls out."""
    return statistics.median(ours / theirs for ours, theirs in zip(rates, base, strict=True))


def _share(what: str, rates: list[float], base: list[float], least: float) -> Row:
    share = _ratio(rates, base)
    figure = f"{_middle(rates):.0f}/s = {share:.0%}"
    return Row(what, figure, f"at least {least:.0%}", share >= least)
