"""Whether the sources of an article still answer. Asked only when staff ask."""

from articles.models import Article, LinkCheck
from core.database import database_time
from core.web.link_checker import check_link


def check_sources(article: Article) -> list[LinkCheck]:
    """Ask each source's address once, keep what was found, and return these checks."""
    urls = list(dict.fromkeys(article.sources.exclude(url="").values_list("url", flat=True)))
    article.link_checks.exclude(url__in=urls).delete()
    return [_keep(article, url, *check_link(url)) for url in urls]


def _keep(article: Article, url: str, ok: bool, found: str) -> LinkCheck:
    values = {"ok": ok, "found": found[:120], "checked_at": database_time.now()}
    return LinkCheck.objects.update_or_create(article=article, url=url, defaults=values)[0]
