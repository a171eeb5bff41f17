"""The files of the picture library, whose names are random and whose content never changes.

And the figures that come with the site, as pictures: for the editor, feeds and whoever saves one;
and the picture of a title, for whoever shares an article.
"""

import base64
import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.pictures import figures
from core.cache import pages
from core.images.social import draw_social_picture
from core.practice.models import Practice

KINDS = {".jpg", ".png", ".webp", ".avif"}
mimetypes.add_type("image/avif", ".avif")
mimetypes.add_type("image/webp", ".webp")


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """Serve a file. Every upload was written anew before, so it is what its name says."""
    ending = path[path.rfind(".") :]
    if ending not in KINDS:
        raise Http404
    try:
        file = default_storage.open(path)
    except ConnectionError:  # of a storage elsewhere
        retry = {"Retry-After": str(settings.RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
        return HttpResponse(status=503, headers=retry)
    except (OSError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(file, content_type=mimetypes.types_map[ending])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a figure as a picture that brings its colors along."""
    found = figures.find_figure(name)
    if found is None:
        raise Http404
    style = _figure_style()
    svg = found.svg.replace("<svg ", '<svg class="drawn" ', 1)
    whole = svg.replace(">", f"><style>{style}</style>", 1)
    response = HttpResponse(whole, content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    own_style = csp_replace({"default-src": ["'none'"], "style-src": [f"'sha256-{digest}'"]})
    own_style(lambda _request: response)(request)
    return response


@cache
def _figure_style() -> str:
    """The tokens of the look, and how figures use them: what the page of an article links to."""
    theme, drawn = (
        Path(str(finders.find(f"css/{name}.css"))).read_text(encoding="utf-8")
        for name in ("theme", "figures")
    )
    tokens = re.search(r"^@layer tokens \{.*?^\}", theme, re.S | re.M)
    return f"{tokens[0] if tokens else ''}\n{drawn}\nsvg{{background:var(--cn-surface)}}"


@require_safe
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve the picture that goes along when an article is shared: its title."""
    return pages.serve(request, tags=[f"article:{slug}"], make=lambda: _share(slug))


def _share(slug: str) -> HttpResponse:
    article = get_object_or_404(Article.objects.published().as_cards(), slug=slug)
    picture = draw_social_picture(
        article.published_revision.title,
        above=article.topic.name_i18n,
        name=Practice.current().name,
    )
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response
