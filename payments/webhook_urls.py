"""Where Stripe reports to: it has no language in its address."""

from django.urls import URLPattern, path

from payments.views import webhook

app_name = "payments_webhook"
urlpatterns: list[URLPattern] = [
    path("payments/webhook/", webhook.webhook, name="webhook"),
]
