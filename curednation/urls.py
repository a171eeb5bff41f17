"""The address of every part. DESIGN section 4 lists those that must stay stable."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from curednation.api import api

# What people read: `/es/…` is the same in Spanish.
urlpatterns: list[URLPattern | URLResolver] = i18n_patterns(
    path("articles/", include("articles.urls")),
    path("", include("pages.urls")),
    path("", include("contact.urls")),
    path("", include("appointments.urls")),
    path("", include("newsletter.urls")),
    path("", include("visits.urls")),
    path("me/", include("portal.urls")),
    path("", include("payments.urls")),
    path("me/messages/", include("messaging.urls")),
    prefix_default_language=False,
)
# What has one address whatever the language: staff, other programs, files.
urlpatterns += [
    path("", include("pages.machine_urls")),
    path("", include("articles.image_urls")),
    path("", include("newsletter.webhook_urls")),
    path("", include("core.sms.urls")),
    path("", include("payments.webhook_urls")),
    path("accounts/", include("core.staff.accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
]
if settings.DEBUG:
    urlpatterns += [path("dev/mail/", include("devstack.urls"))]

handler400 = "pages.errors.bad_request"
handler403 = "pages.errors.forbidden"
handler404 = "pages.errors.not_found"
handler500 = "pages.errors.server_error"
