"""Where the money goes and in which currency; what Test connection says of it."""

import pytest
import responses

from app.adapters.gateways import base
from app.adapters.gateways.square import SquareGateway
from app.kit.money import Money
from tests.adapters.gateways.rigs.square import TOKEN, VALUES, SquareRig
from tests.adapters.gateways.square.test_errors import LINKS, create, refused


def other_currency(rig):
    return rig.adapter.create_payment(rig.request("card", money=Money(2000, "EUR")))


def test_a_currency_that_is_not_the_locations_is_refused_with_both_named(rig):
    with pytest.raises(base.Declined) as caught:
        other_currency(rig)
    assert caught.value.reason == "this Square location takes USD only, not EUR"
    assert rig.fake.ledger("order") == []


@pytest.mark.parametrize(
    "body",
    [
        refused("INVALID_VALUE", field="order.line_items[0].base_price_money.currency"),
        refused("UNSUPPORTED_CURRENCY"),
        refused("CURRENCY_MISMATCH"),
    ],
)
def test_however_square_says_it(rig, body):
    rig.fake.fail_next(LINKS, status=400, stored=False, body=body)
    with pytest.raises(base.Declined, match="takes USD only, not EUR"):
        other_currency(rig)


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_where_the_location_cannot_be_asked_squares_words_stay(rig, status):
    rig.fake.fail_next("GET /v2/locations/L1", status=status, times=2)
    with pytest.raises(base.Declined) as caught:
        other_currency(rig)
    assert caught.value.reason == "The currency does not match the one of the location."


def moved(rig: SquareRig, location_id: str) -> SquareGateway:
    return SquareGateway(
        base.Credentials({**VALUES, "locationId": location_id}, rig.adapter.credentials.base_url)
    )


def test_test_connection_names_the_account_the_mode_and_every_location(rig):
    rig.fake.location("L2", name="Lisbon", currency="EUR")
    rig.fake.location("L3", name="Closed", status="INACTIVE")
    found = rig.adapter.verify()
    assert (found.account, found.test_mode) == ("MLTEST1", True)
    said = " ".join(found.remarks)
    assert "Paid at Main (L1, USD)" in said and "other currencies than USD are refused" in said
    assert "Lisbon (L2, EUR)" in said and "Closed (L3, USD, inactive)" in said
    assert "cards" not in said


def test_a_location_of_somebody_else_is_named_beside_those_there_are(rig):
    rig.fake.location("L2", name="Lisbon", currency="EUR")
    with pytest.raises(base.Misconfigured) as caught:
        moved(rig, "LOTHER").verify()
    assert "no location LOTHER" in caught.value.reason
    assert "Main (L1, USD)" in caught.value.reason and "Lisbon (L2, EUR)" in caught.value.reason


def test_an_inactive_location_is_named_beside_the_active_ones(rig):
    rig.fake.location("L3", name="Closed", status="INACTIVE")
    with pytest.raises(base.Misconfigured) as caught:
        moved(rig, "L3").verify()
    assert "Closed (L3, USD, inactive) is inactive" in caught.value.reason
    assert caught.value.reason.endswith("active is Main (L1, USD)")
    with pytest.raises(base.Misconfigured):
        moved(rig, "L3").create_payment(rig.request("card"))


def test_a_location_that_takes_no_cards_is_said(rig):
    rig.fake.location("L1", capabilities=[])
    assert any("cannot take cards" in one for one in rig.adapter.verify().remarks)


def test_many_locations_fit_into_one_sentence(rig):
    for number in range(40):
        rig.fake.location(f"X{number}", name=f"Shop {number}")
    said = " ".join(rig.adapter.verify().remarks)
    assert "30 more" in said and len(said) < 600


def test_a_token_without_the_right_to_look_is_said_and_may_still_take_payments(rig):
    rig.fake.account(TOKEN, lacks=["MERCHANT_PROFILE_READ"])
    with pytest.raises(base.NotPermitted, match="MERCHANT_PROFILE_READ"):
        rig.adapter.verify()
    assert create(rig).gateway_ref


SANDBOX, LIVE = "https://connect.squareupsandbox.com", "https://connect.squareup.com"
UNKNOWN = refused("UNAUTHORIZED", "This request could not be authorized.")


def locations(host: str, status: int, body: dict) -> None:
    responses.get(f"{host}/v2/locations", status=status, json=body)


@pytest.mark.parametrize(
    ("environment", "here", "there", "there_named"),
    [("sandbox", SANDBOX, LIVE, "production"), ("production", LIVE, SANDBOX, "sandbox")],
)
@pytest.mark.parametrize("answer", [(200, {}), (403, refused("INSUFFICIENT_SCOPES"))])
@responses.activate
def test_a_token_of_the_other_environment_is_told_from_a_wrong_one(
    environment, here, there, there_named, answer
):
    adapter = SquareGateway(base.Credentials({**VALUES, "environment": environment}))
    locations(here, 401, UNKNOWN)
    locations(there, *answer)
    with pytest.raises(base.Misconfigured) as caught:
        adapter.verify()
    assert caught.value.reason == f"this access token is of Square's {there_named} environment"


@pytest.mark.parametrize("answer", [(401, UNKNOWN), (500, {}), (429, {})])
@responses.activate
def test_a_token_that_neither_knows_is_just_wrong(answer):
    adapter = SquareGateway(base.Credentials(VALUES))
    locations(SANDBOX, 401, UNKNOWN)
    locations(LIVE, *answer)
    with pytest.raises(base.Misconfigured, match="does not know this access token"):
        adapter.verify()


def test_a_moved_address_is_the_only_one_that_is_spoken_to(rig):
    rig.fake.tokens.clear()
    with pytest.raises(base.Misconfigured, match="does not know this access token"):
        rig.adapter.verify()
    assert len(rig.fake.requests) == 1
