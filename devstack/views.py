"""The mail that the site sent in development. Included in the addresses only when DEBUG is on."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from core.mail.message import render as render_mail
from devstack import maildir
from devstack.mail_examples import EXAMPLES

# A mail brings its styles along; nothing else of it comes alive, and its links open in the window.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


@require_safe
@never_cache
def mail_list(request: HttpRequest) -> HttpResponse:
    return render(request, "devstack/mail_list.html", {"mails": maildir.newest()})


@require_safe
@never_cache
def mail(request: HttpRequest, key: str) -> HttpResponse:
    return render(request, "devstack/mail.html", {"mail": _get_mail_or_404(key)})


@require_safe
@never_cache
@xframe_options_sameorigin
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML part alone, for a frame."""
    return _framed(_get_mail_or_404(key).html)


@require_safe
@never_cache
@xframe_options_sameorigin
def mail_example(request: HttpRequest, template: str, language: str) -> HttpResponse:
    """One of the mails that the site sends, with made-up words, for a frame of /dev/style/."""
    if template not in EXAMPLES or not translation.check_for_language(language):
        raise Http404
    with translation.override(language):
        context = dict(EXAMPLES[template])
        if "zone" in context:
            context["zone"] = translation.gettext(context["zone"])
        return _framed(render_mail(template, context).html)


def _framed(html: str) -> HttpResponse:
    base = '<base target="_top">'
    framed, found = re.subn(r"<head[^>]*>", lambda head: head[0] + base, html, count=1)
    response = HttpResponse(framed if found else base + html)
    response["Content-Security-Policy"] = MAIL_POLICY
    return response


@require_safe
@never_cache
def attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    attachments = _get_mail_or_404(key).attachments
    if not 1 <= number <= len(attachments):
        raise Http404
    found = attachments[number - 1]
    response = HttpResponse(found.content, content_type=found.kind)
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    return response


@require_POST
def throw_away(request: HttpRequest) -> HttpResponse:
    maildir.empty()
    return redirect("devstack:mail_list")


def _get_mail_or_404(key: str) -> maildir.Kept:
    found = maildir.find(key)
    if found is None:
        raise Http404
    return found
