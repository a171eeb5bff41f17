"""“Was this helpful?” No cookie, no token, and nothing is kept of who answers."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles import feedback
from articles.forms import FeedbackForm
from articles.models import Article
from articles.views.comments import from_elsewhere, see_other, too_many
from core.guard import rate_limits, sessionless_form
from core.guard.client_ip import client_network
from core.guard.limit_pages import proof_of_work_page
from core.guard.no_store import set_no_store

RULE = "feedback"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an answer; show the question on a page of its own for what could not be taken."""
    article = get_object_or_404(Article.objects.published().select_related("online"), slug=slug)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        problem = _refusal(request)
        if problem is None:
            page = proof_of_work_page(request, RULE, csrf_token=False)
            if page:
                return set_no_store(page)
            token = _give(request, article, form)
            asked = f"?{urlencode({'said': token})}" if token else ""
            return see_other(reverse("articles:feedback_thanks", args=[slug]) + asked)
        form.add_error(None, problem[0])
        status = problem[1]
    response = set_no_store(
        render(request, "articles/feedback.html", {"article": article, "form": form}, status=status)
    )
    if status == 429:
        response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response


def _refusal(request: HttpRequest) -> tuple[str, int] | None:
    if not sessionless_form.is_same_origin(request):
        return from_elsewhere()
    return too_many() if sessionless_form.is_over_limit(request, RULE) else None


def _give(request: HttpRequest, article: Article, form: FeedbackForm) -> str:
    """Keep what was said; return the token by which a sentence may follow, if one may.

    Somebody who answers again and again is thanked, and counted a few times at most.
    """
    said = form.cleaned_data
    if said["answer"]:
        feedback.add_sentence(article, token=said["answer"], sentence=said["sentence"])
        return ""
    if not rate_limits.allow("feedback_per_article", client_network(request), str(article.pk)):
        return ""
    helpful, sentence = said["helpful"] == "yes", said["sentence"]
    answer = feedback.give_feedback(article, helpful=helpful, sentence=sentence)
    return "" if sentence else feedback.ANSWERS.sign(answer.pk)


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a word of thanks for an answer, and ask for a sentence where it has none yet."""
    article = get_object_or_404(Article.objects.published().select_related("online"), slug=slug)
    token = request.GET.get("said", "")
    context = {"article": article, "answer": token if feedback.ANSWERS.read(token) else ""}
    return set_no_store(render(request, "articles/feedback_thanks.html", context))
