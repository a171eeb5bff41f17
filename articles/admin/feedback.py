"""The admin of answers to “Was this helpful?”, to read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.models import Feedback
from core.database import word_search
from core.staff.read_only_admin import ReadOnlyAdmin
from core.validation import dates


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    """What readers said of articles."""

    formfield_overrides = dates.FORM_FIELDS
    list_display = ["article", "helpful", "sentence", "day"]
    list_filter = ["helpful", ("sentence", admin.EmptyFieldListFilter), "day"]
    list_select_related = ["article"]
    search_fields = ["sentence", "article__title"]  # see get_search_results
    order_by_index = ["day"]
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Feedback], search_term: str
    ) -> tuple[QuerySet[Feedback], bool]:
        """By words of the sentence or of the article's title."""
        if not search_term:
            return queryset, False
        word = word_search.longest(search_term)
        meant = queryset.filter(word_search.matching(search_term, ["sentence", "article__title"]))
        written = meant.exclude(sentence="").filter(word_search.matching(word, ["sentence"]))
        titled = meant.filter(article__title__icontains=word)
        return word_search.found(queryset, written, titled, meant=meant), False
