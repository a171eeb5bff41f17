"""The admin of accounts and of the audit trail."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.people.form_fields import AddressField, NameField
from core.staff.accounts import invitations
from core.staff.accounts.second_factor import FACTORS
from core.staff.audit import trail
from core.staff.long_lists import IndexedValuesFilter
from core.staff.models import AuditEvent, User
from core.staff.read_only_admin import ReadOnlyAdmin
from core.validation.primary_keys import parse_key


class UserForm(ModelForm):
    """Who they are. The mail that invites them greets them by this name."""

    name = NameField(label=_("Name"), max_length=100)
    email = AddressField(label=_("E-mail"))


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Managers invite people, give them roles and let them go. Nobody sees or sets a password."""

    form = UserForm
    list_display = ["name", "email", "roles", "second_factor", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["name", "email"]
    name_fields = ["name"]
    fields = ["name", "email", "groups", "is_active"]
    actions = ["send_link", "start_over"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
        staff = super().get_queryset(request).prefetch_related("groups")
        return staff.annotate(has_second_factor=Exists(factors))

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return [*fields, "is_superuser"] if request.user.is_superuser else fields

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs |= {"widget": CheckboxSelectMultiple, "label": _("Roles"), "help_text": ""}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join([*names, *([str(_("everything"))] if user.is_superuser else [])])

    @admin.display(description=_("second step"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return bool(getattr(user, "has_second_factor", False))  # the list's queryset sets it

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            invitations.invite(obj)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Else a manager could point a superuser's address at themselves and become one.
        above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not above

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description=_("Send a link to set the password"), permissions=["change"])
    def send_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = self._below(request, queryset)
        for user in chosen:
            invitations.send_link(user)
        text = ngettext("%d link is on its way.", "%d links are on their way.", len(chosen))
        self.message_user(request, text % len(chosen), messages.SUCCESS)

    @admin.action(
        description=_("Start over: new password, new second step"), permissions=["change"]
    )
    def start_over(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = self._below(request, queryset)
        for user in chosen:
            invitations.start_over(user)
        text = ngettext("%d account starts over.", "%d accounts start over.", len(chosen))
        self.message_user(request, text % len(chosen), messages.SUCCESS)

    def _below(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Whom this person may act upon: those who may sign in, and nobody above them."""
        active = queryset.filter(is_active=True)
        return active if request.user.is_superuser else active.filter(is_superuser=False)


class PersonFilter(admin.SimpleListFilter):
    """Those of one member of staff, by the index of the accounts."""

    title = _("who")
    parameter_name = "user_pk"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        return [(user.pk, str(user)) for user in User.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(user_pk=parse_key(self.value())) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """To read only: the database refuses anything else."""

    list_display = ["at", "who", "did", "model", "network", "records"]
    change_list_template = "admin/staff/trail.html"
    list_filter = [PersonFilter, ("action", IndexedValuesFilter), ("model", IndexedValuesFilter)]
    order_by_index = ["at"]
    search_fields = ["email"]
    search_help_text = _("An e-mail address of the staff, or the number of a record.")
    date_hierarchy = "at"

    @admin.display(description=_("who"), ordering="email")
    def who(self, event: AuditEvent) -> str:
        return event.who

    @admin.display(description=_("what"), ordering="action")
    def did(self, event: AuditEvent) -> str:
        return str(trail.ACTIONS.get(event.action, event.action))

    @admin.display(description=_("records"))
    def records(self, event: AuditEvent) -> str:
        shown = ", ".join(event.object_pks[:5]) + (", …" if len(event.object_pks) > 5 else "")
        return shown if event.count is None else f"{shown} ({event.count})"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> Any:
        term = search_term.strip()
        if term:
            found = Q(email__icontains=term) | Q(object_pks__contains=[term])
            queryset = queryset.filter(found)
        return queryset, False
