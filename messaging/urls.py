"""Messages inside the portal, under /me/messages/. What staff open is registered in the admin."""

from django.urls import URLPattern, path

from messaging.views import files, threads, writing

app_name = "messaging"
urlpatterns: list[URLPattern] = [
    path("", threads.thread_list, name="threads"),
    path("new/", writing.new_thread, name="new"),
    path("new/draft/", writing.new_thread_draft, name="new_draft"),
    path("files/<str:key>/", files.download, name="file"),
    path("<str:key>/", writing.thread, name="thread"),
    path("<str:key>/draft/", writing.thread_draft, name="thread_draft"),
    path("<str:key>/settle/", threads.settle, name="settle"),
]
