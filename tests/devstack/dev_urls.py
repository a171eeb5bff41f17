"""The site's addresses as they are in development, where /dev/mail/ is among them."""

from django.urls import include, path

import curednation.urls

urlpatterns = [
    *curednation.urls.urlpatterns,
    path("dev/mail/", include("devstack.urls")),
]
