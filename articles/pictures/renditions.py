"""Pictures on a page: every width in AVIF and WebP, and a size, so that nothing jumps."""

import re

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from articles.models import ImageAsset

IMG = re.compile(r'<img\b[^>]*\bsrc="([^"]+)"[^>]*>')
LAZY = mark_safe(' loading="lazy"')
SIZES = "(min-width: 48rem) 40rem, 100vw"


def picture_html(asset: ImageAsset, *, alt: str | None = None, lazy: bool = True) -> SafeString:
    """Return a <picture> of it. Until the sizes are made the upload itself is shown."""
    sources = mark_safe("")
    if asset.sizes_made:
        for kind, files in asset.file.aspect_ratios[None].items():
            srcset = ", ".join(f"{file.url} {width}w" for width, file in sorted(files.items()))
            if srcset:
                sources += format_html(
                    '<source type="image/{}" srcset="{}" sizes="{}">', kind.lower(), srcset, SIZES
                )
    return format_html(
        '<picture>{}<img src="{}" alt="{}" width="{}" height="{}"{} decoding="async"></picture>',
        sources,
        asset.file.url,
        asset.alt if alt is None else alt,
        asset.width,
        asset.height,
        LAZY if lazy else "",
    )


def with_renditions(html: str) -> str:
    """Return `html` with each library picture in every width. One query if there are any."""
    names = {src.removeprefix(settings.MEDIA_URL) for src in IMG.findall(html)}
    if not names:
        return html
    assets = {asset.file.url: asset for asset in ImageAsset.objects.filter(file__in=names)}

    def frame(match: re.Match[str]) -> str:
        asset = assets.get(match[1])
        return picture_html(asset) if asset else ""

    return IMG.sub(frame, html)
