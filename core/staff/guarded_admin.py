"""What holds for every admin class: `StaffSite.register` puts it in front.

- A list answers the lookups that its own filters ask, and sorts by the columns that offer it. With
  any other, whoever may see the list could spell hidden columns letter by letter.
- An action is done only by whom it is for, and leaves an audit row that names its records before
  it starts: also where "all" were chosen.
- A list of a million rows is shown like one of ten: see `long_lists`.
- Nothing is saved "as new" through the page of another record.
- Nothing is saved over what somebody else has changed since the page was opened: see
  `edit_conflicts`.
"""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin import FieldListFilter, ModelAdmin, ShowFacets
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.filters import ListFilter, SimpleListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import DateTimeField, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from core.people import name_matching
from core.staff import long_lists
from core.staff.audit.admin_pages import record_all
from core.staff.edit_conflicts import deleted, detection, opened_forms, snapshots
from core.staff.named_fields import NamedFieldsAdmin
from core.validation.primary_keys import NO_ROW, parse_key

Action = Callable[..., Any]  # (model_admin, request, queryset)
FIRST_YEAR, LAST_YEAR = 1900, 9998  # Django reckons with the year after


class GuardedAdmin(NamedFieldsAdmin):
    """The bounds of every admin class."""

    paginator = long_lists.LongListPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # they count every row for each choice of each filter

    # ── what a list answers ──

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Return whether one of the list's own filters asks this.

        Raises IncorrectLookupParameters.
        """
        if request is None or lookup not in self._lookups(request):
            return False
        text = str(value)
        if "\0" in text or (lookup == f"{self.date_hierarchy}__year" and not _is_year(text)):
            raise IncorrectLookupParameters
        if self._lacks_zone(lookup, text):
            raise IncorrectLookupParameters
        return super().lookup_allowed(lookup, value, request)

    def _lacks_zone(self, lookup: str, text: str) -> bool:
        """Whether a moment is compared with a time of no zone. Filters' own links name theirs."""
        path, _, comparison = lookup.rpartition("__")
        if comparison not in ("gt", "gte", "lt", "lte"):
            return False
        if not isinstance(get_fields_from_path(self.model, path)[-1], DateTimeField):
            return False
        try:
            moment = parse_datetime(text)
        except ValueError:
            return False  # refused with what is no moment at all
        return moment is not None and is_naive(moment)

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

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Paginator:
        return long_lists.bounded(super().get_paginator(request, *args, **kwargs), request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        own = super().get_changelist(request, **kwargs)
        return long_lists.LongList if own is ChangeList else own

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list. Raises IncorrectLookupParameters for an order that no column offers."""
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
        """Find rows; of `search_fields` `name_fields` are names: accents may be missing."""
        names = getattr(self, "name_fields", ())
        if not names or not search_term:
            return super().get_search_results(request, queryset, search_term)
        others = [field for field in self.search_fields if field not in names]
        return name_matching.search(queryset, search_term, names=names, others=others), False

    # ── what is done ──

    def get_actions(self, request: HttpRequest) -> dict:
        found = filter(None, super().get_actions(request).values())
        return {name: (_named(func, name), name, text) for func, name, text in found}

    def record_many(
        self, request: HttpRequest, action: str, model: type[Model], pks: Iterable[object]
    ) -> None:
        """Record these in the audit trail, a thousand in a row: for lists of any length."""
        record_all(request, action, model=model._meta.label_lower, object_pks=pks)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse an action that is not for this person; Django would say that none was chosen."""
        asked = set(request.POST.getlist("action"))
        if asked:
            known = {name for _func, name, _text in self._get_base_actions()}  # type: ignore[attr-defined]  # fmt: skip
            if asked & known - self.get_actions(request).keys():
                raise PermissionDenied
            self._drop_what_is_no_key(request)
        return super().changelist_view(request, extra_context)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet, *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """Do what was chosen, but not to "all" of a list that nobody has counted."""
        is_all = request.POST.get("select_across", "0") not in ("", "0", "False", "false")
        if is_all and long_lists.is_long(request, queryset):
            self.message_user(request, long_lists.too_long_to_choose(request), messages.WARNING)
            return None
        return super().response_action(request, queryset, *args, **kwargs)

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

    # ── what somebody else changes meanwhile ──

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any
    ) -> HttpResponse:
        """Compares under the lock what was opened with what is there now.

        Django's own, because it stands inside of whatever an admin class puts around saving, with
        transactions and locks of its own.
        """
        if object_id is None or request.method != "POST" or "_saveasnew" in request.POST:
            return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]  # fmt: skip
        to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
        if to_field and not self.to_field_allowed(request, to_field):
            raise DisallowedModelAdminToField(f"The field {to_field} cannot be referenced.")
        pk = unquote(object_id)
        record = opened_forms.locked(self, request, pk, to_field)
        if record is None:
            if not self.has_change_permission(request):
                raise PermissionDenied
            return deleted.deleted_page(self, request, pk)
        conflict = None
        if self.has_change_permission(request, record):
            now = opened_forms.forms_of(self, request, record)
            request._stands = now.snapshot()  # type: ignore[attr-defined]  # kept with the request
            found = detection.find(request, now)
            if found:
                conflict, request.POST = found  # type: ignore[assignment]  # what Django reads
                request._conflict = conflict  # type: ignore[attr-defined]  # kept with the request
        response = super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]  # fmt: skip
        if conflict:
            response.status_code = 409
        return response

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        refused = change and hasattr(request, "_conflict")
        return type(form.__name__, (_NotSaved, form), {}) if refused else form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Add a snapshot of what the form shows, and of what has changed meanwhile."""
        if obj is not None and self.has_change_permission(request, obj):
            stands = getattr(request, "_stands", None) or opened_forms.snapshot_of_page(context)
            context |= {
                "opened_name": snapshots.TOKEN,
                "opened": snapshots.sign(stands),
                "conflict": getattr(request, "_conflict", None),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _make_keys_of_suggestions(self, request: HttpRequest) -> None:
        """What is no key becomes one that no row has: Django's own widget raises for it."""
        names = {*self.autocomplete_fields}
        for inline in self.inlines:
            names.update(inline.autocomplete_fields)
        if request.method != "POST" or not names:
            return
        data = request.POST.copy()
        for sent, value in request.POST.items():
            if value and sent.rpartition("-")[2] in names and not parse_key(value):
                data[sent] = str(NO_ROW)
        request.POST = data  # type: ignore[assignment]  # what Django reads


class _NotSaved:
    """Of a form that is shown once more: its errors are told, and it is not saved in any case."""

    def is_valid(self) -> bool:
        super().is_valid()  # type: ignore[misc]  # a mixin of forms
        return False


def guard(admin_class: type[ModelAdmin]) -> type[ModelAdmin]:
    """Return the same admin class with GuardedAdmin before its own methods."""
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
