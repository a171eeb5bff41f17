"""Pages that anyone may read and any cache may keep: they touch neither session, user nor token.

Ours keeps them too: how to reach the clinic is read most when its database is away.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appointments.public import kept_pages
from core.cache.pages import serve
from core.images.social import draw_social_picture
from core.practice.models import Practice
from pages import style_samples
from pages.models import Testimonial


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page, with the testimonials that staff published."""
    return serve(request, tags=["articles", kept_pages.TAG], make=lambda: _home(request))


def _home(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/home.html", {"testimonials": Testimonial.objects.published()})


@require_safe
def share(request: HttpRequest) -> HttpResponse:
    """Serve the picture that goes along when somebody shares a page which has none of its own."""
    return serve(request, tags=[], make=_share)


def _share() -> HttpResponse:
    title = _("Getting better can start at your kitchen table.")
    picture = draw_social_picture(title, above="", name=Practice.current().name)
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Show who the clinic is."""
    return serve(request, tags=[], make=lambda: render(request, "pages/about.html"))


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Show how to reach the clinic."""
    return serve(request, tags=[], make=lambda: render(request, "pages/contact.html"))


@require_safe
def style(request: HttpRequest, language: str = settings.LANGUAGE_CODE) -> HttpResponse:
    """Show every component, for whoever works on the look. Only in development."""
    if not settings.DEBUG:
        raise Http404
    with translation.override(language):
        return render(request, "pages/style.html", style_samples.samples(language))
