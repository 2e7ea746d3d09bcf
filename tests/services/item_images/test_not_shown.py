"""Whatever is wrong with a picture: the order can be paid, and its story says why there is none."""

import re

import pytest
from werkzeug import Response

from app.adapters.gateways import base
from app.adapters.media.elsewhere import Elsewhere
from app.blueprints.orders.story_words import sentence_of
from app.blueprints.reason_words import PATTERNS, REASONS, reason_of
from app.extensions import db, in_transaction, transaction
from app.models import Order
from app.services import item_images
from app.services.item_images import fetching
from app.services.orders import story
from tests import world
from tests.kit.pictures import drawn, png_that_claims
from tests.services.item_images.conftest import order_with, page_of, picture_on, why_not

LARGEST = 1_048_576  # bytes
WRONG = {
    "gone": (Response("", 404), "the server answered 404"),
    "moved": (
        Response("", 302, {"Location": "https://elsewhere.example/"}),
        "the address leads on to another one: give that one",
    ),
    "empty": (Response(b""), "the file is empty"),
    "a page": (
        Response("<html>", mimetype="image/png"),
        "That is not an image: PNG, JPEG, WebP or GIF can be used",
    ),
    "svg": (Response("<svg/>", mimetype="image/png"), "SVG is not taken: save it as PNG first"),
    "too large": (
        Response(drawn() + bytes(LARGEST), mimetype="image/png"),
        "The file is larger than 1 MiB",
    ),
    "cut off": (Response(drawn()[:80]), "The image is damaged: save it once more and try again"),
    "a bomb": (
        Response(png_that_claims(30_000, 30_000)),
        "The image has more than 4096 pixels on a side: make it smaller first",
    ),
}
# Another try may do: told only once they are all used up.
AWAY = {
    "busy": (429, "the server answered 429"),
    "broken": (503, "the server answered 503"),
}


@pytest.mark.parametrize(("answer", "reason"), WRONG.values(), ids=WRONG)
def test_what_is_no_picture_is_told_and_not_asked_for_again(
    app, shop, pictures, answer, reason, later
):
    pictures.usual = answer
    order = order_with(shop, pictures.url)
    assert picture_on(shop, order) is None
    assert why_not(shop, order) == [reason]
    later(3600)
    world.run_tasks(app)
    assert pictures.asked == 1
    shop.pay(order)
    assert shop.see(order)["status"] == "paid"


@pytest.mark.parametrize(("status", "reason"), AWAY.values(), ids=AWAY)
def test_a_server_that_is_away_is_asked_four_times(app, shop, pictures, status, reason, later):
    pictures.usual = Response("", status)
    order = order_with(shop, pictures.url)
    for tries in (1, 2, 3, 4, 4):
        assert pictures.asked == tries
        assert why_not(shop, order) == ([reason] if tries == 4 else [])
        later(16)
        world.run_tasks(app)
    assert picture_on(shop, order) is None
    assert why_not(shop, order) == [reason]


def test_a_server_that_comes_back_is_no_trouble(app, shop, pictures, later):
    pictures.answers = [Response("", 503), Response("", 503)]
    order = order_with(shop, pictures.url)
    for _ in range(3):
        later(16)
        world.run_tasks(app)
    assert picture_on(shop, order) is not None
    assert why_not(shop, order) == []


def test_what_failed_for_one_order_is_tried_for_the_next(shop, pictures):
    pictures.answers = [Response("", 404)]
    order_with(shop, pictures.url)
    assert picture_on(shop, order_with(shop, pictures.url)) is not None


def test_nothing_is_held_while_the_server_is_asked(shop, pictures, monkeypatch):
    held, fetch = [], Elsewhere.fetch

    def watched(self, url):
        held.append(in_transaction())
        return fetch(self, url)

    monkeypatch.setattr(Elsewhere, "fetch", watched)
    order_with(shop, pictures.url)
    assert held == [False]


def test_a_disk_that_takes_nothing_is_told_at_last(app, shop, pictures, monkeypatch, later):
    class Full:
        name = "disk"

        def keep(self, *_what, **_how):
            raise OSError("no space left on device")

    monkeypatch.setattr(fetching.keepers, "chosen", lambda: (Full(), ""))
    order = order_with(shop, pictures.url)
    for _ in range(4):
        later(16)
        world.run_tasks(app)
    assert why_not(shop, order) == ["it could not be written on this server"]
    page_of(shop, order)


def test_its_line_in_the_story_is_a_sentence(app, shop, pictures):
    pictures.usual = Response("", 404)
    order = order_with(shop, pictures.url)
    with shop.inside():
        line = next(one for one in story.of(order["orderId"]) if one.kind.startswith("item_image"))
        with app.test_request_context():
            said = sentence_of(line)
    assert said == "The picture of the item is not shown: The server answered 404."


@pytest.mark.parametrize("reason", [reason for _answer, reason in WRONG.values()])
def test_every_reason_of_ours_is_told_in_the_readers_language(app, reason):
    assert reason in REASONS or any(re.fullmatch(one, reason) for one in PATTERNS)
    with app.test_request_context(headers={"Accept-Language": "pt-PT"}):
        assert reason_of(reason) != reason


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/x.png", "https://169.254.169.254/latest", "https://[::1]/x.png"],
)
def test_private_addresses_are_never_called(url):
    with pytest.raises(base.Misconfigured, match="may be called from here"):
        Elsewhere().fetch(url)


def test_without_tls_only_where_the_operator_let_in():
    with pytest.raises(base.Misconfigured):
        Elsewhere().fetch("http://93.184.216.34/x.png")


@pytest.fixture
def in_production(make_app):
    """A shop of an installation that opened a network of its own to webhooks."""
    app = make_app(
        APP_ENV="production",
        PUBLIC_BASE_URL="https://pay.example.com",
        SANDBOX_GATEWAY="on",
        WEBHOOK_ALLOWED_CIDRS="127.0.0.0/8",
    )
    return world.open_shop(app)


@pytest.mark.parametrize("url", ["https://127.0.0.1/x.png", "http://localhost:8080/x.png"])
def test_networks_opened_to_webhooks_are_refused_to_pictures(in_production, url):
    response = in_production.create(20, itemImageUrl=url)
    assert (response.status_code, response.json["code"]) == (400, "invalid_field")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nor_does_a_name_lead_there(in_production, pictures, scheme):
    shop, url = in_production, pictures.url.replace("http", scheme, 1)
    order = shop.order(20)
    with shop.inside(), transaction():
        item_images.ask(db.session.get(Order, order["orderId"]), url)
    world.run_tasks(shop.app)
    assert why_not(shop, order) == ["the address is not one that may be called from here"]
    assert pictures.asked == 0


def test_given_up_is_told(shop, pictures):
    order = shop.order(20)
    with shop.inside(), transaction():
        item_images.abandon(order["orderId"])
    assert why_not(shop, order) == ["the server could not be reached"]
