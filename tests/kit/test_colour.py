import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.colour import Colour, parse

WHITE, BLACK = Colour(1, 1, 1), Colour(0, 0, 0)


def test_contrast_is_what_wcag_says():
    assert WHITE.contrast(BLACK) == pytest.approx(21)
    assert parse("#767676").contrast(WHITE) == pytest.approx(4.54, abs=0.01)
    assert parse("#777777").contrast(WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    "text", ["", "red", "#12345", "#1234567", "#12345g", "#fff;}body{", "١٢٣٤٥٦"]
)
def test_what_is_no_colour_is_none(text):
    assert parse(text) is None


def test_a_colour_is_written_as_it_was_read():
    assert str(parse(" 1A2b3C ")) == "#1a2b3c"


@given(st.integers(0, 0xFFFFFF), st.sampled_from([WHITE, parse("#151a24")]))
def test_a_readable_shade_exists_for_every_colour_on_light_and_dark(number, page):
    shade = parse(f"#{number:06x}").readable_on(page, 4.5)
    assert parse(str(shade)).contrast(page) >= 4.5


def test_what_is_readable_already_stays():
    blue = parse("#27346b")
    assert blue.readable_on(WHITE, 4.5) == blue
