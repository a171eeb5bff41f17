"""What managers set: when a service is paid for, and the numbers on superbills."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin.service_form import DollarsField
from appointments.public.kept_pages import drop_pages
from appointments.templatetags.appointments import money
from payments.models import PaymentTerms, PracticeBilling, ProviderBilling


class PaymentTermsForm(forms.ModelForm):
    """When patients pay for a service."""

    no_show_fee_cents = DollarsField(
        label=_("No-show fee in dollars"),
        required=False,
        help_text=_(
            "What the desk is offered to ask for, with a reason. Never where the log of a visit "
            "shows that the patient tried to come. Empty: nothing is offered."
        ),
    )

    class Meta:
        model = PaymentTerms
        fields = ("service", "timing", "no_show_fee_cents")


@admin.register(PaymentTerms)
class PaymentTermsAdmin(admin.ModelAdmin):
    """One row for each service. Visits that are booked keep the price they were booked at."""

    form = PaymentTermsForm
    list_display = ["service", "timing", "fee"]
    list_select_related = ["service"]

    @admin.display(description=_("no-show fee"), empty_value="–")
    def fee(self, terms: PaymentTerms) -> str | None:
        return money(terms.no_show_fee_cents) if terms.no_show_fee_cents else None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["service"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        drop_pages()  # public pages say when one pays


@admin.register(PracticeBilling)
class PracticeBillingAdmin(admin.ModelAdmin):
    """The one row of the practice."""

    list_display = ["__str__", "tax_id", "npi"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not PracticeBilling.objects.exists()


@admin.register(ProviderBilling)
class ProviderBillingAdmin(admin.ModelAdmin):
    """One row for each provider."""

    list_display = ["provider", "npi"]
    list_select_related = ["provider"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["provider"] if obj else []
