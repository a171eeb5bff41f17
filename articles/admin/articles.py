"""The admin of articles: their form, their revisions, and the actions of the workflow."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
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
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit import disclosures
from core.staff.reviewed_text_admin import ReviewedTextAdmin
from core.validation import dates


@admin.register(Article)
class ArticleAdmin(ReviewedTextAdmin):
    """Saving keeps a revision; all that readers see changes through the actions beside the form."""

    form = ArticleForm
    workflow = ACTIONS
    refused = NotPossible
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

    def get_urls(self) -> list[URLPattern]:
        pages: list[Page] = [("<int:pk>/preview/", self.preview_view)]
        return [*admin_urls(self, pages), *super().get_urls()]

    def hands_in(self, text: Article | None) -> bool:
        return text is None or text.status == "draft"

    def workflow_panel(self, request: HttpRequest, text: Article) -> dict[str, Any]:
        return workflow_panel(request, text)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer whoever writes as the author."""
        return {"author": contributor(request)} | super().get_changeform_initial_data(request)

    def render_live(self, request: HttpRequest, form: ModelForm, pk: int | None) -> dict[str, Any]:
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined]  # Django's own
            request, form.instance, change=pk is not None
        )
        return live_preview.render(request, form, formsets, pk)

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

    def after_action(self, text: Article, name: str) -> Article:
        """Lead to the translation that was begun."""
        language = name.removeprefix(TRANSLATE) if name.startswith(TRANSLATE) else ""
        return text.translations.filter(language=language).first() or text

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._seen(request, pk)
        article = for_article_page().get(pk=pk)
        return disclosures.declare(render_preview(request, article, article.newest), [article])

    def compare(self, before: Revision, after: Revision) -> list[Any]:
        return revision_diff.compare(content_of(before), content_of(after))

    def restore(self, request: HttpRequest, revision: Revision) -> None:
        revisions.restore(revision, by=request.user)
