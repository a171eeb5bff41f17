"""The admin of topics, contributors, synonyms and old addresses."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.models import Contributor, Redirect, Synonym, Topic
from core.cache import pages
from core.people.form_fields import NameField


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    """What articles are about. The address of a topic stays."""

    list_display = ["name", "slug", "position"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Topic, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        pages.drop("site")

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> list[str]:
        return ["slug"] if obj else []  # people link to it

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Topic | None = None
    ) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)


class ContributorForm(ModelForm):
    """A contributor, whose name is checked as every typed name is."""

    class Meta:
        field_classes = {"name": NameField}


@admin.register(Contributor)
class ContributorAdmin(admin.ModelAdmin):
    """Who writes and reviews. Only a manager gives somebody credentials or an account."""

    form = ContributorForm
    list_display = ["name", "credentials", "specialty", "user"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    search_fields = ["name"]
    name_fields = ["name"]
    autocomplete_fields = ["photo"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(
        self, request: HttpRequest, obj: Contributor, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        pages.drop("site")

    @admin.display(description=_("account"))
    def account(self, obj: Contributor) -> str:
        """Return whose it is, without the link that few may open."""
        return str(obj.user or "")

    def get_fields(self, request: HttpRequest, obj: Contributor | None = None) -> list[Any]:
        names = super().get_fields(request, obj)
        if request.user.has_perm("articles.vouch_contributor"):
            return [name for name in names if name != "account"]
        return ["account" if name == "user" else name for name in names if name != "account"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Contributor | None = None
    ) -> list[str]:
        fixed = ["slug"] if obj else []
        if request.user.has_perm("articles.vouch_contributor"):
            return fixed
        # Who has credentials and an account may approve what others write: a manager sees to that.
        vouched = obj and (obj.credentials or obj.user_id)
        return [
            *fixed,
            "user",
            "account",
            "credentials",
            *(["name", "profile_url"] if vouched else []),
        ]

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Contributor | None = None
    ) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin):
    """Two names of one thing, for the search."""

    list_display = ["name", "means"]
    search_fields = ["name", "means"]


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin):
    """Addresses that lead to an article. Those of renamed articles come by themselves."""

    list_display = ["path", "article", "created_at"]
    search_fields = ["path", "article__title"]
    autocomplete_fields = ["article"]
