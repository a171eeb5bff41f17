"""The admin of articles: their form, their revisions, and the actions of the workflow."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin import live_preview
from articles.admin.dated_facts import ExpiringFilter
from articles.admin.forms import ArticleForm
from articles.admin.inlines import (
    DatedFactInline,
    QuestionInline,
    RelatedInline,
    SourceInline,
)
from articles.admin.translations import TranslationFilter
from articles.admin.workflow_actions import (
    ACTIONS,
    TRANSLATE,
    contributor,
    nobody_can_approve,
    workflow_panel,
)
from articles.article_page.page_data import for_article_page
from articles.models import Article, Feedback, Revision
from articles.publishing import publication, revisions, slugs
from articles.publishing.rules import NotPossible
from articles.publishing.stored_content import content_of
from articles.revisions import revision_diff
from articles.views.article import render_preview
from core.staff import workflow_actions
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit import disclosures
from core.staff.autosave.admin_forms import AutosavedAdmin
from core.validation import dates
from core.validation.primary_keys import parse_key

SUBMIT = "_submit"  # the button that saves and hands in at once


@admin.register(Article)
class ArticleAdmin(AutosavedAdmin):
    """Saving keeps a revision; all that readers see changes through the actions beside the form."""

    form = ArticleForm
    formfield_overrides = dates.FORM_FIELDS
    change_form_template = "admin/articles/article/change_form.html"
    list_display = [
        *("title", "language", "status_text", "topic", "author", "next_review", "true_until"),
        *("found_helpful", "changed_at"),
    ]
    list_filter = [
        *("status", "held", ExpiringFilter, "language", TranslationFilter, "topic", "author"),
    ]
    list_select_related = ["topic", "author", "reviewer", "translation_of"]
    search_fields = ["title", "slug"]
    autocomplete_fields = ["cover", "translation_of"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [SourceInline, DatedFactInline, QuestionInline, RelatedInline]
    date_hierarchy = "changed_at"
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "body", "key_points"]}),
        (gettext_lazy("About it"), {"fields": ["publish_at", "topic", "author", "cover"]}),
        (
            gettext_lazy("More"),
            {
                "classes": ["collapse"],
                "fields": [
                    *("language", "translation_of", "topics", "review_months", "comments_open")
                ],
            },
        ),
        (
            gettext_lazy("This change"),
            {"fields": ["note", "small", "correction"]},
        ),
    ]

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_text(self, article: Article) -> str:
        status = article.get_status_display()
        if article.held:
            return _("{status}, held back: its time was missed").format(status=status)
        if article.online_id and article.status != "published":
            return _("{status}; an earlier text is online").format(status=status)
        return status

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        said = Feedback.objects.filter(article=OuterRef("pk")).order_by().values("article")
        return (
            super()
            .get_queryset(request)
            .annotate(
                yes=Subquery(said.filter(helpful=True).annotate(n=Count("*")).values("n")),
                asked=Subquery(said.annotate(n=Count("*")).values("n")),
            )
        )

    @admin.display(description=gettext_lazy("found it helpful"), ordering="usefulness")
    def found_helpful(self, article: Any) -> str:
        if not article.asked:
            return "–"
        return _("{yes} of {all}").format(yes=article.yes or 0, all=article.asked)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Article | None = None
    ) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        return ["language"] if obj else []  # it stands in the address

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Refuse to anybody: an address that was public keeps working. Archive it instead."""
        return False

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [
            ("add/live/", self.live_new_view),
            ("<int:pk>/live/", self.live_view),
            ("<int:pk>/step/<slug:name>/", self.action_view),
            ("<int:pk>/preview/", self.preview_view),
            ("<int:pk>/revisions/", self.revisions_view),
            ("<int:pk>/revisions/<int:number>/restore/", self.restore_view),
        ]
        return [*admin_urls(self, pages), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        article = self.get_object(request, object_id)
        context: dict[str, Any] = dict(extra_context or {}) | self._writing(article)
        if article is not None and self.has_view_permission(request, article):
            context["workflow"] = workflow_panel(request, article)
        return super().change_view(request, object_id, form_url, context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, self._writing(None) | (extra_context or {}))

    def _writing(self, article: Article | None) -> dict[str, Any]:
        """Return what the page of a text needs: its preview, and room beside it."""
        page, args = ("live", [article.pk]) if article else ("live_new", [])
        live = reverse(f"admin:articles_article_{page}", args=args)
        hands_in = article is None or article.status == "draft"
        return {"live": live, "hands_in": hands_in, "is_nav_sidebar_enabled": False}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer whoever writes as the author."""
        return {"author": contributor(request)} | super().get_changeform_initial_data(request)

    def live_new_view(self, request: HttpRequest) -> HttpResponse:
        return self.live_view(request, None)

    def live_view(self, request: HttpRequest, pk: int | None) -> HttpResponse:
        """Return the page as it will look with what stands in the form. It saves nothing."""
        self._raise_unless_writes(request, pk)
        article = self.get_object(request, str(pk)) if pk else None
        form = self.get_form(request, article, change=pk is not None)(
            request.POST, instance=article
        )
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined]  # Django's own
            request, form.instance, change=pk is not None
        )
        return JsonResponse(live_preview.render(request, form, formsets, pk))

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        """Save the working copy; its revision follows when sources and questions are saved too."""
        if change:
            slug, obj.slug = obj.slug, form.initial["slug"]
            super().save_model(request, obj, form, change)
            slugs.rename(obj, slug)
        else:
            super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        article = form.instance
        was = article.status
        revisions.record_revision(
            article,
            by=request.user,
            note=form.cleaned_data["note"],
            correction=form.cleaned_data["correction"],
            small=form.cleaned_data["small"],
        )
        # Who wrote it, its cover and its topics show at once
        publication.drop_cached_pages(article)
        if was == "published" and article.status != was:
            text = _("Saved, and back in review. Readers go on seeing the approved text.")
            self.message_user(request, text, messages.WARNING)
            if warning := nobody_can_approve(article):
                self.message_user(request, warning, messages.WARNING)

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        return self._handed_in(request, obj) or response

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        response = super().response_change(request, obj)
        return self._handed_in(request, obj) or response

    def _handed_in(self, request: HttpRequest, article: Article) -> HttpResponse | None:
        """Hand in what was saved just now, where that button was pressed."""
        if SUBMIT not in request.POST:
            return None
        workflow_actions.take(self, request, ACTIONS["submit"], [article], refused=NotPossible)
        return redirect(self._form_of(article))

    def action_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Take one action of the workflow. Only by POST, and only by whom it is for."""
        article = self._article(request, pk)
        action = workflow_actions.get_or_404(ACTIONS, request, name)
        workflow_actions.take(self, request, action, [article], refused=NotPossible)
        language = name.removeprefix(TRANSLATE) if name.startswith(TRANSLATE) else ""
        begun = article.translations.filter(language=language).first()
        return redirect(self._form_of(begun or article))

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._article(request, pk)
        article = for_article_page().get(pk=pk)
        return disclosures.declare(render_preview(request, article, article.newest), [article])

    def revisions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List all revisions; compare two of them when `from` and `to` are given."""
        article = self._article(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revisions"),
            "subtitle": str(article),
            "opts": self.opts,
            "article": article,
            "revisions": article.revisions.select_related("saved_by").defer("body", "text"),
            "may_change": self.has_change_permission(request, article),
            **self._compared(request, article),
        }
        page = TemplateResponse(request, "admin/articles/article/revisions.html", context)
        return disclosures.declare(page, [article])

    def _compared(self, request: HttpRequest, article: Article) -> dict[str, Any]:
        before, after = (self._numbered(request, article, name) for name in ("from", "to"))
        if before is None or after is None:
            return {}
        parts = revision_diff.compare(content_of(before), content_of(after))
        return {"before": before, "after": after, "parts": parts}

    def _numbered(self, request: HttpRequest, article: Article, name: str) -> Revision | None:
        return article.revisions.filter(number=parse_key(request.GET.get(name))).first()

    def restore_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        article = self._article(request, pk)
        if request.method != "POST":
            raise Http404
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        revision = get_object_or_404(Revision, article=article, number=number)
        try:
            revisions.restore(revision, by=request.user)
        except NotPossible as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            said = _("Revision {number} is restored.").format(number=number)
            self.log_change(request, article, said)
            self.message_user(request, said, messages.SUCCESS)
        return redirect(self._form_of(article))

    def _article(self, request: HttpRequest, pk: int) -> Article:
        article = get_object_or_404(Article, pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        return article

    def _form_of(self, article: Article) -> str:
        return reverse("admin:articles_article_change", args=[article.pk])
