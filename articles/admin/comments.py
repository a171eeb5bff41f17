"""What readers wrote, for staff to decide about and to answer. Nobody edits another's words."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from articles.admin.workflow_actions import contributor
from articles.comments import moderation, submission
from articles.comments.moderation import NotPossible
from articles.comments.threads import writer_role
from articles.models import Comment, CommentStatus
from articles.models.comments import LONGEST_COMMENT
from core.database import word_search
from core.people import name_matching
from core.staff import workflow_actions
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit.disclosures import declare
from core.staff.urgency import Urgency
from core.staff.workflow_actions import WorkflowAction, has_permission

HELD, APPROVED, REJECTED, SPAM, WITHDRAWN = CommentStatus
MAY_DECIDE = has_permission("articles.change_comment")
ACTIONS = {
    "approve": WorkflowAction(
        label=_("Approve"),
        done=_("It is online."),
        statuses={HELD, REJECTED, SPAM},
        allowed=MAY_DECIDE,
        run=lambda request, comment: moderation.approve(comment, by=request.user),
        is_primary=True,
    ),
    "reject": WorkflowAction(
        label=_("Reject"),
        done=_("Readers do not see it."),
        statuses={HELD, APPROVED, SPAM},
        allowed=MAY_DECIDE,
        run=lambda request, comment: moderation.reject(comment, by=request.user),
    ),
    "spam": WorkflowAction(
        label=_("Spam"),
        done=_("Marked as spam; readers do not see it."),
        statuses={HELD, APPROVED, REJECTED},
        allowed=MAY_DECIDE,
        run=lambda request, comment: moderation.mark_as_spam(comment, by=request.user),
    ),
}
DECIDED = ngettext_lazy("%(count)d comment is decided.", "%(count)d comments are decided.", "count")


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def comments_to_decide(request: HttpRequest) -> QuerySet[Comment] | None:
    """Return the comments that wait, for those who decide about them."""
    return Comment.objects.held() if request.user.has_perm("articles.change_comment") else None


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def waiting_comments(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel that says how many comments wait, for those who decide about them."""
    if not request.user.has_perm("articles.change_comment"):
        return None
    count = Comment.objects.held().count()
    return ("admin/articles/_comments.html", {"count": count, "records": ()}) if count else None


class AnswerForm(forms.Form):
    """What staff answer to a comment."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": _("Write your answer first.")},
    )


class CommentStatusFilter(admin.SimpleListFilter):
    """The comments with one status: those that wait, unless something else is asked for."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        return [*CommentStatus.choices, ("any", _("Any"))]

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or HELD
        for value, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == chosen, "query_string": query, "display": title}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "any":
            return queryset
        known = self.value() in CommentStatus.values
        return queryset.filter(status=self.value() if known else HELD)


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    """Deciding needs the right to change, answering that to answer; the words stay as they are."""

    change_form_template = "admin/articles/comment/change_form.html"
    list_display = ["begins", "name", "article", "link", "status", "created_at"]
    list_filter = [CommentStatusFilter, "has_link", "by_staff"]
    list_select_related = ["article"]
    search_fields = ["name", "text", "article__title"]  # see get_search_results
    list_per_page = 50
    order_by_index = ["created_at"]
    ordering = ["created_at", "pk"]
    actions = ["approve_chosen", "reject_chosen", "spam_chosen"]
    fields = readonly_fields = (
        *("article", "name", "email", "has_link"),
        *("status", "created_at", "decided_at", "decided_by"),
    )

    @admin.display(description=_("comment"))
    def begins(self, comment: Comment) -> str:
        return Truncator(comment.text).chars(90) or "–"

    @admin.display(description=_("link"))
    def link(self, comment: Comment) -> str:
        return _now("holds a link") if comment.has_link else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Comment], search_term: str
    ) -> tuple[QuerySet[Comment], bool]:
        """By words of it, of its writer's name or of the article; accents may be missing."""
        if not search_term:
            return queryset, False
        columns = {"names": ["name"], "others": ["text", "article__title"]}
        meant = name_matching.search(queryset, search_term, **columns)
        titled = [Q(article__title__icontains=word) for word in name_matching.words(search_term)]
        return word_search.found(
            queryset,
            name_matching.search(queryset, search_term, names=["name"], others=["text"]),
            meant.filter(Q(*titled, _connector=Q.OR)),
            meant=meant,
        ), False

    # ── who may ──

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who decides does so by a button or an action: no comment has a form to save.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.change_comment")

    def may_answer(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.answer_comment")

    # ── what can be done ──

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide(request, replace(ACTIONS["approve"], done=DECIDED), queryset)

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide(request, replace(ACTIONS["reject"], done=DECIDED), queryset)

    @admin.action(description=_("Spam"), permissions=["decide"])
    def spam_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide(request, replace(ACTIONS["spam"], done=DECIDED), queryset)

    def _decide(
        self, request: HttpRequest, action: WorkflowAction, chosen: Iterable[Comment]
    ) -> None:
        workflow_actions.take(self, request, action, chosen, refused=NotPossible)

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [
            ("<int:pk>/step/<slug:name>/", self.action_view),
            ("<int:pk>/answer/", self.answer_view),
        ]
        return [*admin_urls(self, pages), *super().get_urls()]

    def action_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Decide about one comment. Only by POST, and only by whom it is for."""
        action = workflow_actions.get_or_404(ACTIONS, request, name)
        if not self.has_decide_permission(request):
            raise PermissionDenied
        comment = get_object_or_404(Comment.objects.select_related("article"), pk=pk)
        self._decide(request, action, [comment])
        return redirect(self._next(request, comment))

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer it, which also lets readers see it. What cannot be taken stands in the form."""
        if request.method != "POST":
            raise Http404
        if not self.may_answer(request):
            raise PermissionDenied
        comment = get_object_or_404(Comment.objects.select_related("article", "parent"), pk=pk)
        if comment.status != APPROVED and not self.has_decide_permission(request):
            raise PermissionDenied
        form = AnswerForm(request.POST)
        if not form.is_valid():
            request.method = "GET"  # Django would take a POST for a form of its own
            return self.change_view(request, str(pk), extra_context={"answer": form})
        try:
            submission.answer(
                comment,
                text=form.cleaned_data["text"],
                by=request.user,
                contributor=contributor(request),
            )
        except NotPossible as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.log_change(request, comment, _now("Answered"))
            self.message_user(request, _now("Your answer is online."), messages.SUCCESS)
        return redirect(self._next(request, comment))

    def _next(self, request: HttpRequest, comment: Comment) -> str:
        """On to the oldest that waits, while one does; else back to the list."""
        waiting = Comment.objects.held().order_by("created_at", "pk").first()
        if waiting and self.has_decide_permission(request):
            return reverse("admin:articles_comment_change", args=[waiting.pk])
        return reverse("admin:articles_comment_changelist")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"answer": AnswerForm()} | (extra_context or {})
        found = self.get_object(request, object_id)
        if found is not None:
            context |= self._stands(request, found)
        page = super().change_view(request, object_id, form_url, context)
        return declare(page, [answer for answer, _mark in context.get("answers", ())])

    def _stands(self, request: HttpRequest, comment: Comment) -> dict[str, Any]:
        seen = comment.status == APPROVED or self.has_decide_permission(request)
        answers = comment.answers.select_related("contributor").order_by("created_at")
        return {
            "actions": workflow_actions.available(ACTIONS, request, comment, status=comment.status),
            "may_answer": self.may_answer(request) and seen and comment.status != WITHDRAWN,
            "answers": [(each, writer_role(each, comment.article)) for each in answers],
        }
