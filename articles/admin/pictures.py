"""The admin of the picture library, and the window in which the editor picks from it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.forms import PictureForm
from articles.models import ImageAsset
from articles.pictures.figures import all_figures
from core.cache import pages
from core.staff.audit import disclosures

PICKED_FROM = 60


@admin.register(ImageAsset)
class ImageAssetAdmin(admin.ModelAdmin):
    """The picture library. The editor of articles picks from here."""

    form = PictureForm
    list_display = ["small", "alt", "credit", "size", "created_at"]
    list_display_links = ["small", "alt"]
    search_fields = ["alt", "caption", "credit"]

    @admin.display(description=gettext_lazy("picture"))
    def small(self, asset: ImageAsset) -> SafeString:
        return format_html(
            '<img class="thumb" src="{}" alt="{}" loading="lazy">', asset.file.url, asset.alt
        )

    @admin.display(description=gettext_lazy("size"))
    def size(self, asset: ImageAsset) -> str:
        return f"{asset.width} × {asset.height}"

    def get_readonly_fields(self, request: HttpRequest, obj: ImageAsset | None = None) -> list[str]:
        """Keep the file of a picture that exists: articles point to it by its address."""
        return ["file"] if obj else []

    def save_model(self, request: HttpRequest, obj: ImageAsset, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        pages.drop("site")

    def has_delete_permission(self, request: HttpRequest, obj: ImageAsset | None = None) -> bool:
        """Refuse to anybody: old revisions may show it."""
        return False

    def get_urls(self) -> list[Any]:
        pick = self.admin_site.admin_view(self.pick_view)
        return [path("pick/", pick, name="articles_imageasset_pick"), *super().get_urls()]

    def pick_view(self, request: HttpRequest) -> HttpResponse:
        """Show the window in which the editor lets somebody choose a picture."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = request.GET.get("q", "")[:100]
        pictures = ImageAsset.objects.filter(alt__icontains=text)[:PICKED_FROM]
        wanted = "figures" in request.GET  # an article may show them; an e-mail cannot
        figures = [each for each in all_figures() if wanted and text.lower() in each.title.lower()]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Choose a picture"),
            "is_popup": True,
            "opts": self.opts,
            "text": text,
            "pictures": pictures,
            "offers_figures": wanted,
            "figures": figures,
            "callback": request.GET.get("CKEditorFuncNum", ""),
        }
        page = TemplateResponse(request, "admin/articles/imageasset/pick.html", context)
        return disclosures.declare(page, pictures)
