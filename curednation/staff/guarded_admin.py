"""What holds for every admin class, whatever it forgets: `StaffSite.register` puts it in front.

- A list answers the lookups that its own filters ask, and sorts by the columns that offer it. With
  any other, whoever may see the list could spell hidden columns letter by letter.
- An action is done only by whom it is for, and leaves an audit row that names its records before
  it starts: also where "all" were chosen.
- Nothing is saved "as new" through the page of another record.
"""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.admin import FieldListFilter, ModelAdmin
from django.contrib.admin.filters import ListFilter, SimpleListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from curednation.guard import plain_names
from curednation.guard.keys import NOBODYS, key
from curednation.staff.audited import record_all

Action = Callable[..., Any]  # (model_admin, request, queryset)
FIRST_YEAR, LAST_YEAR = 1900, 9998  # Django reckons with the year after


class GuardedAdmin(ModelAdmin):
    # ── what a list answers ──

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Whether one of the list's own filters asks this. Raises IncorrectLookupParameters."""
        if request is None or lookup not in self._lookups(request):
            return False
        text = str(value)
        if "\0" in text or (lookup == f"{self.date_hierarchy}__year" and not _is_year(text)):
            raise IncorrectLookupParameters
        return super().lookup_allowed(lookup, value, request)

    def _lookups(self, request: HttpRequest) -> set[str]:
        """What the filters beside the list, and the days above it, put into the address."""
        parts = ("year", "month", "day") if self.date_hierarchy else ()
        found = {f"{self.date_hierarchy}__{part}" for part in parts}
        known = self.__dict__.setdefault("_parameters", {})  # code: the same for every request
        for item in self.get_list_filter(request):
            if item not in known:
                known[item] = list(self._asked_by(item, request))
            found.update(known[item])
        return found

    def _asked_by(self, item: Any, request: HttpRequest) -> Iterable[str]:
        if isinstance(item, type) and issubclass(item, SimpleListFilter):
            return [str(item.parameter_name)]
        path, kind = item if isinstance(item, list | tuple) else (item, FieldListFilter.create)
        field = get_fields_from_path(self.model, path)[-1]
        made: ListFilter = kind(field, request, {}, self.model, self, field_path=path)
        return [name for name in made.expected_parameters() if name]

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        columns = {field.name for field in self.opts.concrete_fields}
        return to_field in columns and super().to_field_allowed(request, to_field)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list. Raises IncorrectLookupParameters for an order that no column offers."""
        columns = list(self.get_list_display(request))
        if self.get_actions(request):
            columns.insert(0, "action_checkbox")
        offered = self.get_sortable_by(request)
        for place in filter(None, request.GET.get(ORDER_VAR, "").split(".")):
            number = place.removeprefix("-")
            if not re.fullmatch("[0-9]{1,3}", number) or int(number) >= len(columns):
                raise IncorrectLookupParameters
            if columns[int(number)] not in offered:
                raise IncorrectLookupParameters
        return super().get_changelist_instance(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Of `search_fields` those in `name_fields` are people's: accents may be left out."""
        names = getattr(self, "name_fields", ())
        if not names or not search_term:
            return super().get_search_results(request, queryset, search_term)
        others = [field for field in self.search_fields if field not in names]
        return plain_names.found(queryset, search_term, names=names, others=others), False

    # ── what is done ──

    def get_actions(self, request: HttpRequest) -> dict:
        found = filter(None, super().get_actions(request).values())
        return {name: (_named(func, name), name, text) for func, name, text in found}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuses an action that is not for this person; Django would say that none was chosen."""
        asked = set(request.POST.getlist("action"))
        if asked:
            known = {name for _func, name, _text in self._get_base_actions()}  # type: ignore[attr-defined]  # fmt: skip
            if asked & known - self.get_actions(request).keys():
                raise PermissionDenied
            self._drop_what_is_no_key(request)
        return super().changelist_view(request, extra_context)

    def _drop_what_is_no_key(self, request: HttpRequest) -> None:
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        kept = [pk for pk in chosen if self._is_key(pk)]
        if kept != chosen:
            data = request.POST.copy()
            data.setlist(ACTION_CHECKBOX_NAME, kept)
            request.POST = data  # type: ignore[assignment]  # what Django reads

    def _is_key(self, text: str) -> bool:
        try:
            self.opts.pk.to_python(text)
        except (ValidationError, ValueError):
            return False
        return "\0" not in text

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if "_saveasnew" in request.POST and not self.save_as:
            raise PermissionDenied  # Django obeys it all the same
        self._make_keys_of_suggestions(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _make_keys_of_suggestions(self, request: HttpRequest) -> None:
        """What is no key becomes one that no row has: Django's own widget raises for it."""
        names = {*self.autocomplete_fields}
        for inline in self.inlines:
            names.update(inline.autocomplete_fields)
        if request.method != "POST" or not names:
            return
        data = request.POST.copy()
        for sent, value in request.POST.items():
            if value and sent.rpartition("-")[2] in names and not key(value):
                data[sent] = str(NOBODYS)
        request.POST = data  # type: ignore[assignment]  # what Django reads


def guarded(admin_class: type[ModelAdmin]) -> type[ModelAdmin]:
    """The same admin class with GuardedAdmin before its own methods."""
    bases = (GuardedAdmin, admin_class)
    return type(admin_class.__name__, bases, {"__module__": admin_class.__module__})


def _named(action: Action, name: str) -> Action:
    """`action` on exactly the records that its audit row names, written before it starts."""

    @wraps(action)
    def wrapper(
        model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet
    ) -> HttpResponse | None:
        pks = list(dict.fromkeys(queryset.values_list("pk", flat=True)))
        model = model_admin.opts.label_lower
        record_all(request, f"act:{name}", model=model, object_pks=pks)
        return action(model_admin, request, queryset.filter(pk__in=pks))

    return wrapper


def _is_year(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{4}", text)) and FIRST_YEAR <= int(text) <= LAST_YEAR
