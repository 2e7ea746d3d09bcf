"""What keeps people from using a page: what axe finds, and what scrolls sideways.

How wide the window is and which colours are wanted only styles know here, no script and no server:
a page that is there can be looked at in one look after the other. Only what is wrong comes back
from the browser: all that was right took as long to bring as to look at."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

__all__ = ["EVERY_LOOK", "LOOKS", "OTHERS", "change", "faults", "faults_in"]

# Colours do not depend on the width: two show each of both. The phone is last, so that whoever
# walks on does so on a phone.
LOOKS = [("dark", 1280), ("light", 375)]
OTHERS = [("light", 1280), ("dark", 375)]
EVERY_LOOK = [*LOOKS, *OTHERS]

LOOK = """async (width) => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  const faults = violations.map((one) => [one.id, ...one.nodes.map((node) => node.html)]);
  const wide = document.documentElement.scrollWidth;
  if (wide > width) faults.push(["too wide", `${wide} px`]);
  return faults;
}"""


def faults(page: Page) -> list[list[str]]:
    """Each rule that the page breaks and the HTML that breaks it; and how wide it is, if wider
    than the window."""
    page.evaluate(AXE_SCRIPT)
    return page.evaluate(LOOK, page.viewport_size["width"])


def faults_in(page: Page, looks: list[tuple[str, int]]) -> dict[tuple[str, int], list[list[str]]]:
    """The same by look, of those that have any."""
    found = {}
    for scheme, width in looks:
        change(page, scheme, width)
        found[scheme, width] = faults(page)
    return {look: wrong for look, wrong in found.items() if wrong}


def change(page: Page, scheme: str, width: int) -> None:
    """Another look of the page that is there, without motion: colours do not fade."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
