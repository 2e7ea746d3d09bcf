"""Images that people upload: judged by what they are, and drawn anew before anybody is shown one.

What is stored is never what was sent. A file is decoded and encoded again, so nothing travels
along: no position of a camera, no colour profile, no page of HTML behind the last pixel.
"""

import hashlib
import io
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kit.errors import Refused

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MAX_BYTES", "MAX_SIDE", "MEDIA_TYPE", "Picture", "picture_of"]

MAX_BYTES = 1_048_576  # of an uploaded file
MAX_SIDE = 4096  # pixels: at most 64 MiB once decoded
MAX_SCANS = 100  # of a progressive JPEG: each goes over all pixels and may cost a dozen bytes
BOX = (320, 160)  # pixels that a picture is made to fit in: twice what pages show
WEIGHT = 16_384  # bytes that a picture is squeezed towards: a page for customers has 60 KB in all
MEDIA_TYPE = "image/webp"
KINDS = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITIES = (90, 75, 55, 35, 15)
_decoding = threading.Lock()  # one at a time in a process: sixteen at once would be a gigabyte


@dataclass(frozen=True)
class Picture:
    """An image as it is kept: WebP, without metadata; sides in pixels."""

    content: bytes = field(repr=False)
    width: int
    height: int

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, as 64 hexadecimal characters."""
        return hashlib.sha256(self.content).hexdigest()


def picture_of(content: bytes, box: tuple[int, int] = BOX) -> Picture:
    """The first frame of an uploaded PNG, JPEG, WebP or GIF, made to fit in `box` and encoded anew.

    Raises Refused for anything else (whatever its name or declared type say), for more than
    MAX_BYTES, for a side over MAX_SIDE, and for what cannot be decoded to its end. The sides are
    looked at before a single pixel is decoded.
    """
    if not content:
        raise Refused("Choose a file first", "image_missing")
    if len(content) > MAX_BYTES:
        raise Refused("The file is larger than 1 MiB", "image_too_large")
    _check_kind(content)
    with _decoding:
        return _encoded(_decoded(content, box))


def _check_kind(content: bytes) -> None:
    if b"<svg" in content[:4096].lower():
        # An SVG is a document that can hold scripts and addresses, not a grid of pixels.
        raise Refused("SVG is not taken: save it as PNG first", "image_is_svg")
    if content.startswith(b"RIFF"):
        # Pillow's decoder makes room for all of a WebP when it is opened, so we look before.
        _check_sides(*_webp_sides(content))
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MAX_SCANS:
        raise _broken()


def _decoded(content: bytes, box: tuple[int, int]) -> "Image":
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        image: Image.Image = Image.open(io.BytesIO(content), formats=KINDS)
        _check_sides(*image.size)
        image.draft("RGB", (2 * box[0], 2 * box[1]))  # a large JPEG is decoded at a fraction
        image.load()
        image = ImageOps.exif_transpose(image)  # upright without the note that says how
        image = _in_colour(image)
        image.thumbnail(box, Image.Resampling.LANCZOS)
    except Refused:
        raise
    except UnidentifiedImageError:
        raise Refused(
            "That is not an image: PNG, JPEG, WebP or GIF can be used", "image_unknown"
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_wide() from None
    except Exception:  # whatever a decoder makes of bytes that somebody chose
        raise _broken() from None
    return image


def _in_colour(image: "Image") -> "Image":
    """The first frame as RGB, with alpha where it has some; then without its empty margins, which
    would make a logo look small in its box."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off instead of scale
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    see_through = "A" in image.getbands() or "transparency" in image.info
    if not see_through:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return image.crop(image.getchannel("A").getbbox())


def _encoded(image: "Image") -> Picture:
    """Without loss where that is small, as it is for most logos; else the best that is."""
    content = _webp(image, lossless=True)
    for quality in _QUALITIES:
        if len(content) <= WEIGHT:
            break
        content = _webp(image, quality=quality)
    return Picture(content, *image.size)


def _webp(image: "Image", **how: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", method=4, **how)
    return written.getvalue()


def _check_sides(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE:
        raise _too_wide()
    if min(width, height) < 1:
        raise _broken()


def _webp_sides(content: bytes) -> tuple[int, int]:
    """Width and height from the first chunk (RFC 9649, 2.5 to 2.7). Raises Refused."""
    kind, body = content[12:16], content[20:30]
    if content[8:12] != b"WEBP" or len(body) < 10:
        raise _broken()
    if kind == b"VP8X":
        return (
            int.from_bytes(body[4:7], "little") + 1,
            int.from_bytes(body[7:10], "little") + 1,
        )
    if kind == b"VP8L":
        (packed,) = struct.unpack("<I", body[1:5])
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _too_wide() -> Refused:
    return Refused(
        f"The image has more than {MAX_SIDE} pixels on a side: make it smaller first",
        "image_too_wide",
    )


def _broken() -> Refused:
    return Refused("The image is damaged: save it once more and try again", "image_broken")
