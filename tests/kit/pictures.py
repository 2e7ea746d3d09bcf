"""Files that people upload, good and bad."""

import io
import struct
import zlib

from PIL import Image

__all__ = ["chunk", "drawn", "png_that_claims", "webp_that_claims"]


def drawn(
    kind: str = "PNG", size: tuple[int, int] = (640, 320), colour="#27346b", mode="RGB", **how
) -> bytes:
    """An image of one colour."""
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind, **how)
    return written.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge image of zeros, and truly unfold into much."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def webp_that_claims(width: int, height: int) -> bytes:
    """The first chunk of an animated WebP of that size, and nothing behind it."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + sides
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
