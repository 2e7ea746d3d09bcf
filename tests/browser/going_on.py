"""A page that waits goes on by itself: with scripts it asks every other second, without them it is
loaded again after five. Tests need not wait for that: they let the page's clock run, or follow
what it says to browsers. That browsers then do so is shown by the reference that stands there to be
copied, and by the walk through checkout without JavaScript: those wait."""

from urllib.parse import urljoin

from playwright.sync_api import Page

__all__ = ["go_on"]


def go_on(page: Page, *, scripts: bool) -> None:
    """What the page would do next, now; with scripts its clock has to be installed before."""
    if scripts:
        page.clock.run_for(2_000)
        return
    refresh = page.locator("meta[http-equiv=refresh]").get_attribute("content")
    seconds, _, address = refresh.partition(";url=")
    assert seconds == "5"
    page.goto(urljoin(page.url, address))
