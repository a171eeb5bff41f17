"""Old addresses of articles, their own and those of the site that they came from.

Looked at only where nothing else answers, and for the address of a WordPress post, `/?p=123` or
`/blog/?p=123`, which hangs on a page that may be one of ours. A redirect names the article, so one
301 leads to where it is today.
"""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from articles import languages
from articles.links.page_urls import POST_PARAMETERS, cached_url, normalize_query_url
from articles.models import Article, Redirect
from core.languages.addresses import language_of, without_language

GetResponse = Callable[[HttpRequest], HttpResponse]
LONGEST = 250  # of Redirect.path
HOMES = ("/", "/index.php")  # of a blog, in whatever folder


def redirect_old_urls(get_response: GetResponse) -> GetResponse:
    """Redirect permanently from an old address of an article to where it is today.

    It stands inside CommonMiddleware, whose missing slash would make two redirects of one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _names_a_post(request):
            found = _answer(request, iter([_with_query(request)]))
            if found is not None:
                return found
        response = get_response(request)
        if response.status_code != 404:
            return response
        return _answer(request, _asked(request)) or response

    return middleware


def _answer(request: HttpRequest, addresses: Iterator[str]) -> HttpResponse | None:
    if request.method not in ("GET", "HEAD"):
        return None
    side = language_of(request.path_info)
    article = find_article(addresses)
    if article is None:
        return None
    # On the side of another language it is shown there, or leads to its translation.
    language = article.language if side == languages.ORIGINAL else side
    response = HttpResponsePermanentRedirect(cached_url("article", article.slug, language))
    response["Cache-Control"] = "public, max-age=3600"
    return response


def find_article(addresses: Iterator[str]) -> Article | None:
    """Return the published article that had the first of these addresses. One query at most."""
    asked = [address for address in addresses if len(address) <= LONGEST]
    if not asked:
        return None
    old = Redirect.objects.filter(path__in=asked, article__online__isnull=False)
    found = {redirect.path: redirect.article for redirect in old.select_related("article")}
    return next((found[address] for address in asked if address in found), None)


def _names_a_post(request: HttpRequest) -> bool:
    if not request.META.get("QUERY_STRING") or not request.path_info.endswith(HOMES):
        return False
    return any(key in request.GET for key in POST_PARAMETERS)


def _with_query(request: HttpRequest) -> str:
    return normalize_query_url(request.path_info, request.META.get("QUERY_STRING", ""))


def _asked(request: HttpRequest) -> Iterator[str]:
    """As it was asked for, and with or without the slash at its end."""
    path = request.path_info
    plain = without_language(path)
    if request.META.get("QUERY_STRING"):
        yield _with_query(request)
    yield path
    yield path.rstrip("/") if path.endswith("/") else f"{path}/"
    if plain != path:
        yield plain if plain.endswith("/") else f"{plain}/"
