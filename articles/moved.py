"""Old addresses of articles, their own and those of the site that they came from.

Looked at only where nothing else answers, and for the address of a WordPress post, `/?p=123`, which
hangs on the home page. A redirect names the article, so one 301 leads to where it is today.
"""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from articles.models import Article, Redirect

GetResponse = Callable[[HttpRequest], HttpResponse]
LONGEST = 250  # of Redirect.path
HOMES = ("/", "/index.php")
KEYS = ("p", "page_id")


def follow_old_addresses(get_response: GetResponse) -> GetResponse:
    """Stands inside CommonMiddleware, whose missing slash would make two redirects of one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info in HOMES and request.META.get("QUERY_STRING"):
            return _answer(request, _posts(request)) or get_response(request)
        response = get_response(request)
        if response.status_code != 404:
            return response
        return _answer(request, _paths(request.path_info)) or response

    return middleware


def _answer(request: HttpRequest, addresses: Iterator[str]) -> HttpResponse | None:
    if request.method not in ("GET", "HEAD"):
        return None
    article = find(addresses)
    if article is None:
        return None
    response = HttpResponsePermanentRedirect(article.get_absolute_url())
    response["Cache-Control"] = "public, max-age=3600"
    return response


def find(addresses: Iterator[str]) -> Article | None:
    """The article that readers see and that had one of these addresses. One query at most."""
    asked = [address for address in addresses if len(address) <= LONGEST]
    if not asked:
        return None
    old = Redirect.objects.filter(path__in=asked, article__online__isnull=False)
    found = old.select_related("article").order_by("path").first()
    return found.article if found else None


def _posts(request: HttpRequest) -> Iterator[str]:
    for key in KEYS:
        number = request.GET.get(key, "")
        if number.isascii() and number.isdecimal():
            yield f"/?p={int(number[:18])}"


def _paths(path: str) -> Iterator[str]:
    """As it was asked for, and with or without the slash at its end."""
    yield path
    yield path.rstrip("/") if path.endswith("/") else f"{path}/"
