"""What readers wrote, for staff to decide about and to answer. Nobody edits another's words."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles import comments
from articles.admin.workflow_actions import contributor
from articles.comments.threads import writer_role
from articles.models import Comment, CommentStatus
from articles.models.comments import LONGEST_COMMENT
from core.staff.audit.disclosures import declare

HELD, APPROVED, REJECTED, SPAM, WITHDRAWN = CommentStatus
STEPS = {
    "approve": (_("Approve"), comments.approve, {HELD, REJECTED, SPAM}),
    "reject": (_("Reject"), comments.reject, {HELD, APPROVED, SPAM}),
    "spam": (_("Spam"), comments.mark_as_spam, {HELD, APPROVED, REJECTED}),
}
DONE = {
    "approve": _("It is online."),
    "reject": _("Readers do not see it."),
    "spam": _("Marked as spam; readers do not see it."),
}


@admin.site.register_panel  # type: ignore[attr-defined]  # our site: core.staff
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

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin):
        return [*CommentStatus.choices, ("any", _("Any"))]

    def choices(self, changelist):
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
    search_fields = ["name", "text", "article__title"]
    name_fields = ["name"]
    list_per_page = 50
    show_full_result_count = False
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

    # ── who may ──

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who decides does so by a step or an action: no comment has a form to save.
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
        self._decide_all(request, queryset, "approve")

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide_all(request, queryset, "reject")

    @admin.action(description=_("Spam"), permissions=["decide"])
    def spam_chosen(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide_all(request, queryset, "spam")

    def _decide_all(self, request: HttpRequest, queryset: QuerySet[Comment], step: str) -> None:
        done = sum(self._decide(request, comment, step) for comment in queryset)
        if done:
            text = ngettext("%d comment is decided.", "%d comments are decided.", done)
            self.message_user(request, text % done, messages.SUCCESS)

    def _decide(self, request: HttpRequest, comment: Comment, step: str) -> bool:
        label, act, _statuses = STEPS[step]
        try:
            act(comment, by=request.user)
        except comments.NotPossible as error:
            self.message_user(request, str(error), messages.WARNING)
            return False
        self.log_change(request, comment, str(label))
        return True

    def get_urls(self):
        views: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "step": ("step/<slug:name>/", self.step_view),
            "answer": ("answer/", self.answer_view),
        }
        return [
            *(
                path(
                    f"<int:pk>/{address}",
                    self.admin_site.admin_view(view),
                    name=f"articles_comment_{name}",
                )
                for name, (address, view) in views.items()
            ),
            *super().get_urls(),
        ]

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        if name not in STEPS or request.method != "POST":
            raise Http404
        if not self.has_decide_permission(request):
            raise PermissionDenied
        comment = get_object_or_404(Comment.objects.select_related("article"), pk=pk)
        if self._decide(request, comment, name):
            self.message_user(request, str(DONE[name]), messages.SUCCESS)
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
            comments.answer(
                comment,
                text=form.cleaned_data["text"],
                by=request.user,
                contributor=contributor(request),
            )
        except comments.NotPossible as error:
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
        decides = self.has_decide_permission(request)
        steps = {
            name: label
            for name, (label, _act, statuses) in STEPS.items()
            if decides and comment.status in statuses
        }
        seen = comment.status == APPROVED or decides
        answers = comment.answers.select_related("contributor").order_by("created_at")
        return {
            "steps": steps,
            "may_answer": self.may_answer(request) and seen and comment.status != WITHDRAWN,
            "answers": [(each, writer_role(each, comment.article)) for each in answers],
        }
