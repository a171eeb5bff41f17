"""Leaving a comment, and its writer's own page. No cookie, no token: see `sessionless_form`."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles.comments import links, submission, threads
from articles.forms import CommentForm
from articles.models import Article, Comment
from articles.models.comments import CommentStatus
from core.cache import pages
from core.guard import sessionless_form
from core.guard.limit_pages import proof_of_work_page
from core.guard.no_store import set_no_store
from core.people import email_addresses
from core.validation.primary_keys import parse_key

RULE = "comments"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def article_comments(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all comments of an article, and the form; `?to=` names one to answer."""
    if request.method == "POST":
        return set_no_store(_leave(request, _article(slug)))
    to = _number(request.GET.get("to", ""))
    return pages.serve(
        request,
        tags=[f"article:{slug}"],
        make=lambda: _page(request, _article(slug), CommentForm(initial={"to": to}), to=to),
        key=f"to={to}",
    )


def _number(text: str) -> int | None:
    """A key as an address may hold it. Anything else is a 404; nothing is None."""
    if not text:
        return None
    number = parse_key(text)
    if not number:
        raise Http404
    return number


def _article(slug: str) -> Article:
    shown = Article.objects.published().select_related("online", "topic")
    return get_object_or_404(shown, slug=slug)


def _page(
    request: HttpRequest,
    article: Article,
    form: CommentForm,
    *,
    to: int | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "article": article,
        "form": form,
        "to": _answered(article, to),
        "open": submission.is_open(article),
        "comments": threads.threads(article, threads.ON_A_PAGE),
    }
    return render(request, "articles/comments.html", context, status=status)


def _answered(article: Article, to: int | None) -> Comment | None:
    """The comment that is answered. One that readers cannot see is a 404."""
    if to is None:
        return None
    return get_object_or_404(
        Comment.objects.visible().select_related("contributor"), article=article, pk=to
    )


def _leave(request: HttpRequest, article: Article) -> HttpResponse:
    form = CommentForm(request.POST)
    problem: tuple[str, int] | None = None
    if form.is_valid():
        problem = _refusal(request, article)
        email = form.cleaned_data["email"]
        mailbox = email_addresses.mailbox(email) if email else ""
        if problem is None:
            page = proof_of_work_page(request, RULE, address=mailbox, csrf_token=False)
            if page:
                return page
    if form.errors or problem:
        if problem:
            form.add_error(None, problem[0])
        return _again(request, article, form, problem[1] if problem else 200)
    return _kept(article, form.cleaned_data)


def _refusal(request: HttpRequest, article: Article) -> tuple[str, int] | None:
    """The sentence and status with which it is refused, before anything is written."""
    if not sessionless_form.is_same_origin(request):
        return from_elsewhere()
    if not submission.is_open(article):
        return _("Comments under this article are closed by now."), 403
    if sessionless_form.is_over_limit(request, RULE):
        return too_many()
    return None


def from_elsewhere() -> tuple[str, int]:
    """Return what to say of a form that another site sent, and the status of the answer."""
    return _("Your browser did not say that this came from our page. Please send it again."), 403


def too_many() -> tuple[str, int]:
    """Return what to say of one form too many, and the status of the answer."""
    return (
        _(
            "Many people write to us from where you are. Please try again in a few minutes. What"
            " you typed is still here."
        ),
        429,
    )


def _again(request: HttpRequest, article: Article, form: CommentForm, status: int) -> HttpResponse:
    """The form with everything that was typed. What it answers may be gone by now."""
    to = form.cleaned_data.get("to")
    seen = to and Comment.objects.visible().filter(article=article, pk=to).exists()
    response = _page(request, article, form, to=to if seen else None, status=status)
    if status == 429:
        response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response


def _kept(article: Article, typed: dict[str, Any]) -> HttpResponse:
    answered = Comment.objects.visible().filter(article=article, pk=typed["to"] or 0)
    comment = submission.submit(
        article,
        name=typed["name"],
        email=typed["email"],
        text=typed["text"],
        to=answered.select_related("parent").first(),
    )
    return see_other(links.page(comment))


def see_other(path: str) -> HttpResponse:
    """Redirect to a page of the site, which is then read by GET."""
    response = HttpResponseRedirect(path)
    response.status_code = 303
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def own_comment(request: HttpRequest, token: str) -> HttpResponse:
    """Show a comment to its writer: what has become of it, and a button to withdraw it."""
    comment = links.find(token)
    if comment is None:
        raise Http404
    problem, status = "", 200
    if request.method == "POST":
        if not sessionless_form.is_same_origin(request):
            problem, status = from_elsewhere()
        elif sessionless_form.is_over_limit(request, "changes"):
            problem, status = too_many()
        else:
            submission.withdraw(comment)
            return set_no_store(see_other(request.path))
    context = {
        "comment": comment,
        "article": comment.article,
        "seen": Comment.objects.visible().filter(pk=comment.pk).exists(),
        "held": comment.status == CommentStatus.HELD,
        "withdrawn": comment.status == CommentStatus.WITHDRAWN,
        "problem": problem,
        "days": settings.COMMENT_ADDRESS_DAYS,
    }
    return set_no_store(render(request, "articles/comment.html", context, status=status))
