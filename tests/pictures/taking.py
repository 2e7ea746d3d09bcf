"""Looks at one page after another, and takes pictures straight from the browser."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.pictures.house import MOMENT, House
from tests.pictures.shots import Shot

__all__ = ["LOOKS", "Look", "looking", "take", "take_whole"]


# Nothing half-way: what moves once is at its end, what turns is where it began.
STILL = """async () => {
    await document.fonts.ready;
    for (const one of document.getAnimations())
        one.effect.getComputedTiming().iterations === Infinity ? one.cancel() : one.finish();
}"""


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page: by day or night, on a phone or at a desk."""

    scheme: str
    width: int
    height: int

    @property
    def is_phone(self) -> bool:
        return self.width < 600

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}"


LOOKS = [
    Look(scheme, width, height)
    for scheme in ("light", "dark")
    for width, height in ((375, 940), (1280, 1100))
]


@contextmanager
def looking(browser: Browser, house: House, look: Look, *, is_signed_in: bool) -> Iterator[Page]:
    """A page in a browser of its own, whose clock stands still as the house's does."""
    context = browser.new_context(
        color_scheme=look.scheme,
        viewport={"width": look.width, "height": look.height},
        device_scale_factor=2 if look.is_phone else 1.5,
        locale="en-GB",
        timezone_id="Europe/Lisbon",
        reduced_motion="reduce",
    )
    if is_signed_in:
        context.add_cookies([{"name": "gh", "value": house.cookie, "url": house.base}])
    page = context.new_page()
    page.clock.set_fixed_time(MOMENT)
    try:
        yield page
    finally:
        context.close()


def take(page: Page, shot: Shot, base: str) -> bytes:
    """What the window shows of a page, as WebP."""
    _open(page, shot, base)
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    return base64.b64decode(taken["data"])


def take_whole(page: Page, shot: Shot, base: str) -> bytes:
    """All of a page from top to bottom, as JPEG."""
    _open(page, shot, base)
    return page.screenshot(type="jpeg", quality=80, full_page=True, scale="css")


def _open(page: Page, shot: Shot, base: str) -> None:
    page.goto(base + shot.path)
    page.evaluate(STILL)
