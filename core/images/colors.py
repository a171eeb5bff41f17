"""The colors of a picture as every screen shows them: eight bits, sRGB."""

import io

from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of 16-bit grays with their brightness; others as they are."""
    if not image.mode.startswith("I"):
        return image
    scaled = image.point(lambda value: value * (1 / 257) + 0.5, "L")
    if isinstance(key := image.info.get("transparency"), int):
        scaled.info["transparency"] = key // 257
    return scaled


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture whose numbers mean what they meant by `profile`. A broken one counts not."""
    if not profile:
        return image
    clear = image.getchannel("A") if "A" in image.getbands() else None
    opaque = image.convert(image.mode.removesuffix("A")) if clear else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        shown = ImageCms.profileToProfile(opaque, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # or for other kinds of colors
        return image
    if shown is None:
        return image
    if clear:
        shown.putalpha(clear)
    return shown
