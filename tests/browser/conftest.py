"""A real browser, a served app, and listeners that fail a test for what customers never see."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from app.jobs.drain import Drainer
from app.jobs.loop import loop
from tests import world
from tests.fakes.stripe import StripeFake


@dataclass
class Watched:
    """A page and what happened behind it."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def assert_clean(self, *allowed: str) -> None:
        """No console error, no policy violation, no request to anybody else."""
        strangers = [one for one in self.foreign if not one.startswith(allowed)]
        assert (self.problems, strangers) == ([], [])


@pytest.fixture
def open_page(chromium, served):
    """Opens a watched page; options go to the browser context."""
    contexts = []

    def open_(**options) -> Watched:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page, served.base)
        page.on("pageerror", lambda error: watched.problems.append(str(error)))
        page.on("console", lambda message: _note(watched, message))
        page.on("request", lambda request: _look(watched, request.url))
        return watched

    yield open_
    for context in contexts:
        context.close()


def _note(watched: Watched, message) -> None:
    ours = message.location.get("url", "").startswith(watched.base)
    if (message.type in {"error", "warning"} and ours) or "Security Policy" in message.text:
        watched.problems.append(f"{message.text} {message.location.get('url')}")


def _look(watched: Watched, url: str) -> None:
    if urlsplit(url).scheme in {"http", "https"} and not url.startswith(watched.base):
        watched.foreign.append(url)


@dataclass
class Served:
    """The app on a port, with its background work beside it."""

    app: object
    base: str
    shop: world.Shop


@pytest.fixture
def stripe_fake() -> Iterator[StripeFake]:
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield fake


@pytest.fixture
def served_as() -> dict[str, str]:
    """More of the served app's environment; tests override it."""
    return {}


@pytest.fixture
def served(make_app, stripe_fake, httpserver, served_as) -> Iterator[Served]:
    httpserver.expect_request("/thanks").respond_with_data("<title>Thanks</title>thanks")
    httpserver.expect_request("/basket").respond_with_data("<title>Basket</title>basket")
    server = make_server("127.0.0.1", 0, _late := _Late(), threaded=True)
    base = f"http://127.0.0.1:{server.port}"
    app = make_app(
        PUBLIC_BASE_URL=base, STRIPE_API_BASE=stripe_fake.url, WORKER_INLINE="on", **served_as
    )
    _late.app = app
    shop = world.open_shop(
        app,
        success_url=httpserver.url_for("/thanks") + "?order={orderId}&status={status}",
        cancel_url=httpserver.url_for("/basket"),
    )
    world.connect_stripe(shop)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    stop, drainer = threading.Event(), Drainer(app, threads=2)
    worker = threading.Thread(target=loop, args=(app, drainer, stop), daemon=True)
    worker.start()
    yield Served(app, base, shop)
    stop.set()
    app.extensions["bell"].ring()
    worker.join()
    drainer.close()
    server.shutdown()
    thread.join()
    server.server_close()


class _Late:
    """The app is made after the port is known. Its answers are read and closed here: this server
    leaves open what a browser that goes away did not wait for."""

    app = None

    def __call__(self, environ, start_response):
        answer = self.app(environ, start_response)
        try:
            return list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
