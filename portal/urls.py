"""The addresses of the patient portal, all below `/me/`."""

from django.urls import URLPattern, path

from portal.views import door, home

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("sign-in/", door.sign_in, name="sign_in"),
    path("sign-in/code/", door.code, name="code"),
    path("sign-out/", door.sign_out, name="sign_out"),
]
