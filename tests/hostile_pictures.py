"""Pictures that are small files and large in memory."""

import io
import struct
import zlib

from PIL import Image


def encoded(kind: str, size: tuple[int, int], mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def moving(kind: str, size: tuple[int, int], frames: int) -> bytes:
    """A real animation, each of its frames as large as the whole."""
    colors = [Image.new("RGB", size, (count * 37 % 256, count % 256, 9)) for count in range(frames)]
    out = io.BytesIO()
    colors[0].save(out, kind, save_all=True, append_images=colors[1:], duration=50)
    return out.getvalue()


def png(size: tuple[int, int], *chunks: tuple[bytes, bytes], frames: int = 0) -> bytes:
    """A PNG of one gray color with these chunks; `frames` is what it claims to have."""
    width, height = size
    lines = zlib.compressobj(9)
    row = b"\0" * (width + 1)
    data = b"".join(lines.compress(row) for _ in range(height)) + lines.flush()
    claims = [(b"acTL", struct.pack(">II", frames, 0))] if frames else []
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            *claims,
            *chunks,
            (b"IDAT", data),
            (b"IEND", b""),
        )
    )


def exif_bomb(fields: int, octets: int) -> bytes:
    """Metadata of so many fields, each of which says that its value is all that follows."""
    entries = b"".join(
        struct.pack("<HHII", tag, 7, octets, 8 + 2 + fields * 12 + 4)
        for tag in range(1, fields + 1)
    )
    head = b"II*\0" + struct.pack("<IH", 8, fields)
    return head + entries + b"\0\0\0\0" + b"\0" * octets


def jpeg_with(exif: bytes, size: tuple[int, int] = (40, 20)) -> bytes:
    """Metadata in as many pieces as it needs: readers join them."""
    picture = encoded("JPEG", size)
    pieces = b""
    for start in range(0, len(exif), 65000):
        piece = b"Exif\0\0" + exif[start : start + 65000]
        pieces += b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece
    return picture[:2] + pieces + picture[2:]


def moving_webp(size: tuple[int, int], frames: int) -> bytes:
    """A WebP of so many small frames on a canvas of this size, which a reader holds as a whole."""
    frame = encoded("WEBP", (16, 16), lossless=True)[12:]
    head = struct.pack("<I", 0x02) + _three(size[0] - 1) + _three(size[1] - 1)
    placed = _three(0) + _three(0) + _three(15) + _three(15) + _three(50) + b"\0" + frame
    body = _chunk(b"VP8X", head) + _chunk(b"ANIM", b"\0" * 6) + _chunk(b"ANMF", placed) * frames
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
