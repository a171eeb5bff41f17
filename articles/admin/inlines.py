"""What is edited on an article's own form."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from articles.models import Question, Related, Source


class SourceInline(admin.TabularInline):
    model = Source
    extra = 0
    verbose_name_plural = gettext_lazy("sources, cited in the text as [1], [2] …")


class QuestionInline(admin.StackedInline):
    model = Question
    extra = 0
    verbose_name_plural = gettext_lazy("questions people ask")


class RelatedInline(admin.TabularInline):
    model = Related
    fk_name = "article"
    extra = 0
    fields = ["to", "position"]
    autocomplete_fields = ["to"]
    verbose_name_plural = gettext_lazy("related articles (the rest of six is found by itself)")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Related]:
        return super().get_queryset(request).filter(by_hand=True)
