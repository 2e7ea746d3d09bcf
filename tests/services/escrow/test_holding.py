"""Held when it is paid, freed when it is asked for: by whom, how much, and what is told."""

import pytest

from tests import world
from tests.escrow import amounts, ask, at_the_sandbox, escrow, held, lines, make_seller


@pytest.fixture
def shop(on_both, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return world.open_shop(on_both, webhook_url=httpserver.url_for("/hook"))


@pytest.fixture
def told(httpserver, shop):
    """What the provider was told, in sequence: each event and its body."""

    def events():
        world.run_tasks(shop.app)
        bodies = [request.json for request, _ in httpserver.log]
        return sorted(bodies, key=lambda body: body["sequence"])

    return events


def test_a_paid_order_is_held_for_its_seller(shop, told):
    seller = make_seller(shop)
    order = held(shop, 100, seller, releaseAfterDays=14)
    found = escrow(shop, order)
    assert (found["sellerId"], found["status"], found["heldAmount"]) == (seller, "held", 100)
    assert (found["feePercent"], found["releases"]) == ("10", [])
    assert lines(shop, order) == [("hold", "customer", "held", 10_000)]
    assert [one["event"] for one in told()] == ["payment_succeeded", "escrow_held"]
    assert (told()[1]["heldAmount"], told()[1]["sellerId"]) == (100, seller)
    assert told()[1]["releaseAt"] == found["releaseAt"] is not None


def test_an_unpaid_order_holds_nothing(shop):
    order = shop.order(100, escrow={"sellerId": make_seller(shop)})
    assert escrow(shop, order)["status"] == "awaiting_payment"
    assert lines(shop, order) == []
    answer = ask(shop, order, "release")
    assert (answer.status_code, answer.json["code"]) == (409, "not_held")


def test_a_release_gives_the_seller_all_but_the_fee(shop, told):
    order = held(shop, 100)
    answer = ask(shop, order, "release")
    assert answer.status_code == 200
    assert answer.json == escrow(shop, order)
    assert (answer.json["status"], answer.json["heldAmount"]) == ("released", 0)
    assert (answer.json["sellerAmount"], answer.json["feeAmount"]) == (90, 10)
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)
    assert list(at_the_sandbox(shop).values()) == [(9_000, 0)]
    last = told()[-1]
    assert (last["event"], last["releasedAmount"], last["sellerAmount"]) == (
        "escrow_released",
        100,
        90,
    )


def test_parts_are_freed_one_after_the_other_and_no_more_than_is_held(shop):
    order = held(shop, "0.15")
    for _ in range(3):
        assert ask(shop, order, "release", {"amount": "0.05"}).status_code == 200
    assert amounts(shop, order) == (0, 13, 2, 0)
    assert [one["feeAmount"] for one in escrow(shop, order)["releases"]] == [0.01, 0, 0.01]
    answer = ask(shop, order, "release", {"amount": "0.01"})
    assert (answer.status_code, answer.json["code"]) == (409, "not_held")


def test_more_than_is_held_is_refused(shop):
    order = held(shop, 100)
    answer = ask(shop, order, "release", {"amount": "100.01"})
    assert (answer.status_code, answer.json["code"]) == (409, "release_too_large")
    assert answer.json["error"] == "Only USD 100.00 is left to release"
    assert amounts(shop, order) == (10_000, 0, 0, 0)


def test_a_fee_of_everything_moves_nothing_at_the_gateway(shop):
    order = held(shop, 100, feePercent=100)
    assert ask(shop, order, "release").json["status"] == "released"
    assert amounts(shop, order) == (0, 0, 10_000, 0)
    assert list(at_the_sandbox(shop).values()) == [(0, 0)]


def test_one_key_releases_once(shop):
    order = held(shop, 100)
    key = {"Idempotency-Key": "first"}
    one = ask(shop, order, "release", {"amount": 40}, **key)
    two = ask(shop, order, "release", {"amount": 40}, **key)
    assert one.data == two.data
    assert two.headers["Idempotent-Replayed"] == "true"
    assert amounts(shop, order)[0] == 6_000


@pytest.mark.parametrize("verb", ["release", "dispute", "resume"])
def test_it_takes_the_scope_for_payouts(app, verb):
    shop = world.open_shop(app, scopes=("payments", "refunds"))
    answer = ask(shop, shop.order(5), verb)
    assert (answer.status_code, answer.json["error"]) == (403, "Key lacks scope: payouts")


@pytest.mark.parametrize("verb", ["release", "dispute", "resume"])
def test_an_order_without_escrow_has_nothing_to_release(shop, verb):
    order = shop.order(5)
    shop.pay(order)
    answer = ask(shop, order, verb)
    assert (answer.status_code, answer.json["code"]) == (409, "not_held")
    assert lines(shop, order) == []


def test_another_providers_order_is_not_there(app, shop):
    order = held(shop)
    other = world.open_shop(shop.app, org="Acme", name="Other")
    for verb in ("release", "dispute", "resume"):
        assert ask(other, order, verb).status_code == 404


# --- who can be held for


def refused(shop, **terms):
    answer = shop.create(20, escrow=terms)
    assert answer.status_code == 400, answer.text
    return answer.json["code"]


def test_a_seller_of_nobody_or_of_another_provider_is_refused(shop):
    other = world.open_shop(shop.app, org="Acme", name="Other")
    assert refused(shop, sellerId="sel_1") == "escrow_unavailable"
    assert refused(shop, sellerId=make_seller(other)) == "escrow_unavailable"


def test_a_gateway_that_pays_no_sellers_is_refused(shop):
    with shop.inside():
        from app.extensions import transaction
        from app.services import credentials
        from app.services.credentials import Scope

        with transaction():
            values = {"accountId": "1", "apiKey": "2", "baseUrl": "sandbox"}
            scope = Scope("organization", shop.org_id)
            credentials.save("easypay", scope, values, actor="test")
    seller = make_seller(shop)
    answer = shop.create(20, gateway="easypay", currency="EUR", escrow={"sellerId": seller})
    assert (answer.status_code, answer.json["code"]) == (400, "escrow_unavailable")
    made = shop.post("/api/sellers", {"name": "A", "email": "a@b.co", "gateway": "easypay"})
    assert (made.status_code, made.json["code"]) == (400, "escrow_unavailable")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ("sel_1", "escrow"),
        ({}, "escrow.sellerId"),
        ({"sellerId": 5}, "escrow.sellerId"),
        ({"sellerId": "sel_1", "feePercent": "101"}, "escrow.feePercent"),
        ({"sellerId": "sel_1", "feePercent": "1.234"}, "escrow.feePercent"),
        ({"sellerId": "sel_1", "feePercent": True}, "escrow.feePercent"),
        ({"sellerId": "sel_1", "feePercent": -1}, "escrow.feePercent"),
        ({"sellerId": "sel_1", "releaseAfterDays": 0}, "escrow.releaseAfterDays"),
        ({"sellerId": "sel_1", "releaseAfterDays": "14"}, "escrow.releaseAfterDays"),
    ],
)
def test_terms_that_are_none_are_an_invalid_field(shop, terms, field):
    answer = shop.create(20, escrow=terms)
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (
        400,
        "invalid_field",
        field,
    )
    assert answer.json["error"] == f'Invalid field: "{field}"'
