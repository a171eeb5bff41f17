"""A PNG without what is no part of its picture.

Screenshots and drawings carry texts of many megabytes, which Pillow refuses to read as a whole.
"""

import io
import struct
import zlib
from typing import IO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The picture, its colors, which way is up, and whether it moves.
_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT"}
LARGEST_PROFILE = 1_000_000  # unpacked; those of cameras and screens have a few kB


def strip_metadata(file: IO[bytes]) -> io.BytesIO:
    """Return a copy of a PNG without its texts and other additions.

    Where it is broken the copy is so as well: whoever decodes it says what is wrong.
    """
    file.seek(0)
    out = io.BytesIO(file.read(len(SIGNATURE)))
    out.seek(0, io.SEEK_END)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if name not in _KEPT or length > 1 << 31:
            file.seek(length + 4, io.SEEK_CUR)
            continue
        body = file.read(length + 4)
        if name != b"iCCP" or _is_small(body[:-4]):
            out.write(head + body)
        if name == b"IEND":
            break
    out.seek(0)
    return out


def _is_small(profile: bytes) -> bool:
    """Whether a color profile is one, and no larger than profiles are."""
    _, _, packed = profile.partition(b"\0")
    try:
        return len(zlib.decompressobj().decompress(packed[1:], LARGEST_PROFILE)) < LARGEST_PROFILE
    except zlib.error:
        return False
