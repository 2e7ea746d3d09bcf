"""Colours that stay readable: contrast by WCAG 2.2, and the nearest shade that has it."""

import colorsys
import re
from dataclasses import dataclass

__all__ = ["Colour", "parse"]

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Colour:
    """A colour of sRGB; each part from 0 to 1."""

    red: float
    green: float
    blue: float

    def __str__(self) -> str:
        return "#" + "".join(f"{round(part * 255):02x}" for part in self._parts)

    @property
    def _parts(self) -> tuple[float, float, float]:
        return self.red, self.green, self.blue

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 for black to 1 for white (WCAG 2.2, definition)."""
        parts = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in self._parts
        )
        red, green, blue = parts
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(self, other: "Colour") -> float:
        """Contrast ratio, 1 to 21 (WCAG 2.2, definition)."""
        light, dark = sorted((self.luminance, other.luminance), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """This colour with a share, 0 to 1, of another one."""
        mixed = (
            a * (1 - share) + b * share for a, b in zip(self._parts, other._parts, strict=True)
        )
        return _whole(Colour(*mixed))

    def readable_on(self, page: "Colour", ratio: float) -> "Colour":
        """The nearest shade of this colour that has at least this contrast with a page."""
        hue, lightness, saturation = colorsys.rgb_to_hls(*self._parts)
        end = 0.0 if page.luminance > 0.5 else 1.0
        shade = self
        while shade.contrast(page) < ratio and lightness != end:
            lightness = max(lightness - 0.01, end) if end == 0 else min(lightness + 0.01, end)
            shade = _whole(Colour(*colorsys.hls_to_rgb(hue, lightness, saturation)))
        return shade


def _whole(colour: Colour) -> Colour:
    """As it will be written: what is measured is what is shown."""
    return parse(str(colour)) or colour


def parse(text: str) -> Colour | None:
    """A colour like #1a2b3c; None for anything else."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None
    red, green, blue = (int(match[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    return Colour(red, green, blue)
