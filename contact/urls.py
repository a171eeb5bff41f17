"""Where the two forms of the page Contact are sent. The page itself is `pages:contact`."""

from django.urls import URLPattern, path

from contact import views

app_name = "contact"
urlpatterns: list[URLPattern] = [
    path("contact/message/", views.message, name="message"),
    path("contact/call-back/", views.call_back, name="call_back"),
    path("contact/sent/", views.sent, name="sent"),
    path("contact/sent/now/", views.sent_now, name="sent_now"),
]
