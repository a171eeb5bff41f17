"""The tables below an article's form: sources, facts with a date, questions, related articles."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from articles.models import DatedFact, Question, Related, Source
from core.validation import dates


class PartOfArticle(admin.options.InlineModelAdmin):
    """Whoever may change an article may change its parts; they have no rights of their own."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("articles.view_article")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("articles.change_article")

    has_change_permission = has_delete_permission = has_add_permission


class SourceInline(PartOfArticle, admin.TabularInline):
    """What the text cites."""

    model = Source
    formfield_overrides = dates.FORM_FIELDS | {models.URLField: {"assume_scheme": "https"}}
    verbose_name_plural = gettext_lazy("sources, cited in the text as [1], [2] …")


class DatedFactInline(PartOfArticle, admin.TabularInline):
    """Sentences that hold up to a day."""

    model = DatedFact
    formfield_overrides = dates.FORM_FIELDS
    verbose_name_plural = gettext_lazy("facts with a date, such as a rule that ends")


class QuestionInline(PartOfArticle, admin.StackedInline):
    """Questions and their answers at the end of the text."""

    model = Question
    verbose_name_plural = gettext_lazy("questions people ask")


class RelatedInline(PartOfArticle, admin.TabularInline):
    """The related articles that are chosen by hand."""

    model = Related
    fk_name = "article"
    fields = ["to", "position"]
    autocomplete_fields = ["to"]
    verbose_name_plural = gettext_lazy("related articles (the rest of six is found by itself)")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Related]:
        return super().get_queryset(request).filter(by_hand=True)
