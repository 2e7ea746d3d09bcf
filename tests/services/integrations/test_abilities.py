"""What an integration can do with its methods, on its page and in the API."""

from app.services.integrations import abilities, card
from tests import world


def can(shop, service):
    with shop.inside():
        found = abilities(card(service))
    return {one.method.name: (one.can.refund, one.can.cancel, one.currencies) for one in found}


def test_what_the_account_offers_is_told_with_what_can_be_undone(toy, make_app):
    shop = world.open_shop(make_app(TOY_KEY="coo"), gateway="toy")
    found = can(shop, "toy")
    assert list(found) == ["pigeon", "dove", "stork", "owl"]
    assert [found[one][:2] for one in ("pigeon", "stork")] == [
        ("partial", True),
        ("partial", False),
    ]


def test_of_an_account_only_its_own_methods_and_their_currencies(shop):
    world.connect_stripe(shop, methods="cashapp")
    assert can(shop, "stripe") == {"cashapp": ("partial", True, ("USD",))}


def test_what_is_not_set_up_can_nothing(shop):
    assert can(shop, "stripe") == {}
    assert can(shop, "resend") == {}


def test_the_api_tells_it_for_those_that_are_set_up(shop):
    world.connect_stripe(shop, methods="card")
    listed = {one["name"]: one for one in shop.get("/api/payment-gateways").json["gateways"]}
    assert listed["stripe"]["capabilities"] == {"card": {"refund": "partial", "cancel": True}}
    assert listed["square"]["capabilities"] is None
