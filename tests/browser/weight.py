"""What a first visit weighs: all that comes over the wire for a page, in a browser that has nothing
of it yet. What comes out of a cache has no size."""

from dataclasses import dataclass

from playwright.sync_api import Page

__all__ = ["Part", "first_visit"]


@dataclass(frozen=True)
class Part:
    """One answer, in bytes as transferred."""

    url: str
    kind: str
    body: int
    headers: int

    @property
    def whole(self) -> int:
        return self.body + self.headers


def first_visit(page: Page, url: str) -> list[Part]:
    """Go there and say what came."""
    done = []
    page.on("requestfinished", lambda request: done.append(request))
    page.goto(url, wait_until="networkidle")
    parts = []
    for one in done:
        size = one.sizes()
        body, headers = size["responseBodySize"], size["responseHeadersSize"]
        parts.append(Part(one.url, one.resource_type, body, headers))
    assert parts and all(one.body >= 0 < one.headers for one in parts), parts
    return parts
