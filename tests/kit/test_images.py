"""Images are judged by what they are, and nothing of what was sent is kept but pixels."""

import contextlib
import io
import tracemalloc
import zlib

import pytest
from PIL import Image, PngImagePlugin

from app.kit import images
from app.kit.errors import Refused
from app.kit.images import MAX_BYTES, MAX_SIDE, WEIGHT, picture_of
from tests.kit.pictures import chunk, drawn, png_that_claims, webp_that_claims


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        picture_of(content)
    return caught.value.code


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture_of(content).content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_becomes_webp_inside_the_box(kind):
    picture = picture_of(drawn(kind))
    assert picture.content[8:12] == b"WEBP"
    assert (picture.width, picture.height) == (320, 160)
    assert opened(drawn(kind)).size == (320, 160)


def test_shape_and_small_sizes_are_kept():
    assert (picture_of(drawn(size=(100, 400))).width) == 40
    assert picture_of(drawn(size=(20, 10))).width == 20, "nothing is blown up"


def test_the_colour_is_the_same_and_what_is_see_through_stays_so():
    assert opened(drawn(colour="#27346b")).convert("RGB").getpixel((9, 9)) == (0x27, 0x34, 0x6B)
    clear = opened(drawn(mode="RGBA", colour=(255, 0, 0, 0)))
    assert clear.convert("RGBA").getpixel((9, 9))[3] == 0


def test_empty_margins_are_cut_off():
    sent = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    sent.paste((255, 0, 0, 255), (100, 50, 200, 90))
    written = io.BytesIO()
    sent.save(written, "PNG")
    picture = picture_of(written.getvalue())
    assert (picture.width, picture.height) == (100, 40)


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off():
    grey = Image.new("I;16", (8, 8), 32768)
    written = io.BytesIO()
    grey.save(written, "PNG")
    assert opened(written.getvalue()).convert("L").getpixel((1, 1)) == 128


def test_the_same_file_gives_the_same_digest():
    assert picture_of(drawn()).digest == picture_of(drawn()).digest
    assert picture_of(drawn()).digest != picture_of(drawn(colour="#ffffff")).digest


def test_nothing_travels_along():
    """Where a camera was, whose it is, a colour profile, comments: none of it is kept."""
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    exif.get_ifd(0x8825)[1] = "N"
    jpeg = drawn("JPEG", exif=exif.tobytes(), icc_profile=b"secret profile", comment=b"secret note")
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "secret person")
    for sent in (
        jpeg,
        drawn(pnginfo=text, exif=exif.tobytes()),
        drawn("WEBP", exif=exif.tobytes()),
    ):
        kept = picture_of(sent).content
        assert b"secret" not in kept
        assert not {b"EXIF", b"ICCP", b"XMP "} & {kept[at : at + 4] for at in range(len(kept))}


def test_a_picture_that_was_taken_sideways_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert picture_of(drawn("JPEG", size=(80, 40), exif=exif.tobytes())).height == 80


def test_of_an_animation_the_first_frame_is_kept():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    for kind in ("GIF", "WEBP", "PNG"):
        written = io.BytesIO()
        frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=50)
        kept = opened(written.getvalue())
        assert getattr(kept, "n_frames", 1) == 1
        red, green, _blue = kept.convert("RGB").getpixel((5, 5))
        assert red > 240 and green < 15, kind


@pytest.mark.parametrize("sent", [b"", b"\0" * (MAX_BYTES + 1)], ids=["empty", "a byte too many"])
def test_nothing_and_too_much_are_refused(sent):
    assert code_of(sent) == ("image_too_large" if sent else "image_missing")


def test_a_mebibyte_is_taken_to_the_byte():
    sent = drawn()
    padded = sent + b"\0" * (MAX_BYTES - len(sent))
    assert picture_of(padded).width == 320
    assert code_of(padded + b"\0") == "image_too_large"


@pytest.mark.parametrize(
    "sent",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<SVG onload='alert(1)'/>",
    ],
)
def test_svg_is_refused_by_its_name(sent):
    assert code_of(sent) == "image_is_svg"


@pytest.mark.parametrize(
    "sent",
    [b"%PDF-1.7", b"<html>GIF89a</html>", b"BM" + bytes(60), b"II*\0" + bytes(60), b"\0" * 99],
    ids=["pdf", "html", "bmp", "tiff", "zeros"],
)
def test_whatever_is_none_of_the_four_is_refused(sent):
    assert code_of(sent) == "image_unknown"


def test_a_wider_list_of_decoders_is_never_asked():
    """Pillow knows some forty formats, among them ones that start other programs."""
    assert code_of(drawn("BMP")) == code_of(drawn("TIFF")) == "image_unknown"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_half_a_file_is_refused(kind, part):
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    written = io.BytesIO()
    noise.save(written, kind)
    sent = written.getvalue()
    assert code_of(sent[: int(len(sent) * part)]) == "image_broken"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_no_damage_makes_it_fall_over(kind):
    """Every answer to a damaged file is a refusal or a picture."""
    sent = bytearray(drawn(kind, size=(60, 40)))
    for at in range(0, len(sent), max(1, len(sent) // 80)):
        damaged = bytes(sent[:at] + bytes([sent[at] ^ 0xFF]) + sent[at + 1 :])
        with contextlib.suppress(Refused):
            picture_of(damaged)


@pytest.mark.parametrize(
    "sent",
    [
        png_that_claims(60_000, 60_000),
        png_that_claims(MAX_SIDE + 1, 1),
        webp_that_claims(16_000, 16_000),
        drawn("GIF", size=(5000, 3), mode="P", colour=0),
    ],
    ids=["png", "one pixel too wide", "webp", "gif"],
)
def test_a_bomb_is_refused_before_a_pixel_is_decoded(sent):
    picture_of(drawn())  # Pillow itself is loaded
    tracemalloc.start()
    try:
        assert code_of(sent) == "image_too_wide"
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_webp_is_looked_at_before_its_decoder_makes_room(monkeypatch):
    """Opening a WebP lays out all of its pixels, outside of what Python counts."""
    monkeypatch.setattr(images, "_decoded", lambda *_: pytest.fail("it was opened"))
    assert code_of(webp_that_claims(16_000, 16_000)) == "image_too_wide"


@pytest.mark.parametrize("lossless", [True, False])
def test_the_sides_of_a_webp_are_read_as_its_decoder_reads_them(lossless):
    sent = drawn("WEBP", size=(123, 457), lossless=lossless)
    assert images._webp_sides(sent) == (123, 457)
    with_alpha = drawn("WEBP", size=(123, 457), mode="RGBA", colour=(1, 2, 3, 4), exif=b"Exif\0\0x")
    assert with_alpha[12:16] == b"VP8X"
    assert images._webp_sides(with_alpha) == (123, 457)


def test_a_jpeg_of_endless_scans_is_refused_unseen():
    sent = drawn("JPEG", progressive=True)
    at = sent.rindex(b"\xff\xda")
    assert code_of(sent[:at] + sent[at:-2] * 200 + b"\xff\xd9") == "image_broken"


def test_a_text_that_unfolds_into_much_is_refused():
    sent = drawn()
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(30_000_000), 9))
    assert code_of(sent[:33] + bomb + sent[33:]) == "image_broken"


def test_of_two_files_in_one_only_pixels_are_kept():
    page = b"<html><script>alert(1)</script></html>"
    sent = drawn()
    inside = sent[:33] + chunk(b"tEXt", b"Comment\0" + page) + sent[33:] + page
    assert b"script" not in picture_of(inside).content
    in_gif = drawn("GIF")[:-1] + b"\x21\xfe" + bytes([len(page)]) + page + b"\0;" + page
    assert b"script" not in picture_of(in_gif).content


def test_the_noisiest_image_is_light():
    noise = Image.effect_noise((900, 450), 120).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=60)
    assert len(picture_of(written.getvalue()).content) <= WEIGHT
