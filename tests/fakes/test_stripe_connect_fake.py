"""What the fake Stripe refuses where money moves to sellers, as the SDK sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.fakes.stripe import StripeFake
from tests.fakes.stripe_driver import HOME, KEY, cash_app, client

EXPRESS = {
    "country": "US",
    "controller": {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "stripe_dashboard": {"type": "express"},
    },
    "capabilities": {"transfers": {"requested": True}},
}


@pytest.fixture
def fake() -> Iterator[StripeFake]:
    with StripeFake() as running:
        running.account(KEY, id="acct_A")
        yield running


@pytest.fixture
def api(fake: StripeFake) -> Any:
    return client(fake)


def charge(fake: StripeFake, api: Any, **more: Any) -> str:
    intent = api.payment_intents.create(cash_app(**more))
    fake.pay_with_element(intent.id, "cashapp")
    return str(fake.object(intent.id)["latest_charge"])


def seller(fake: StripeFake, api: Any) -> str:
    made = api.accounts.create(EXPRESS)
    fake.onboard(made.id)
    return str(made.id)


def to(seller_id: str, amount: int = 400, **more: Any) -> dict[str, Any]:
    return {"amount": amount, "currency": "usd", "destination": seller_id, **more}


def refusal(call: Any) -> Any:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"type": "express"}, "both"),
        ({"country": "XX"}, "not currently supported"),
        ({"capabilities": {}}, "capability"),
        ({"controller": {"stripe_dashboard": {"type": "express"}}}, "fees paid"),
        ({"nickname": "Ada"}, "unknown parameter"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_wrong_accounts_are_refused(api: Any, change: dict[str, Any], says: str) -> None:
    assert says in str(refusal(lambda: api.accounts.create({**EXPRESS, **change})))


def test_an_account_without_a_platform_cannot_open_others(fake: StripeFake, api: Any) -> None:
    fake.account(KEY, id="acct_A", is_platform=False)
    assert "Connect" in str(refusal(lambda: api.accounts.create(EXPRESS)))


def test_a_link_needs_both_ways_back(api: Any, fake: StripeFake) -> None:
    sent = {"account": seller(fake, api), "type": "account_onboarding", "return_url": HOME}
    assert refusal(lambda: api.account_links.create(sent)).param == "refresh_url"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 1_001}, "balance_insufficient"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"currency": "eur"}, None),
        ({"destination": "acct_nobody"}, "resource_missing"),
        ({"source_transaction": "ch_nothing"}, "resource_missing"),
        ({"transfer_group": "another"}, None),
        ({"fee": 1}, "parameter_unknown"),
    ],
)
def test_wrong_transfers_are_refused(
    fake: StripeFake, api: Any, change: dict[str, Any], code: str | None
) -> None:
    source = charge(fake, api, transfer_group="o1")
    sent = to(seller(fake, api), source_transaction=source, transfer_group="o1")
    assert refusal(lambda: api.transfers.create({**sent, **change})).code == code
    assert fake.transfers() == []


def test_a_transfer_without_a_source_needs_the_balance(fake: StripeFake, api: Any) -> None:
    destination = seller(fake, api)
    assert refusal(lambda: api.transfers.create(to(destination))).code == "balance_insufficient"
    charge(fake, api)
    api.transfers.create(to(destination))
    assert (fake.balance("acct_A"), fake.balance(destination)) == (600, 400)


def test_one_without_the_capability_gets_nothing(fake: StripeFake, api: Any) -> None:
    made = api.accounts.create(EXPRESS)
    error = refusal(lambda: api.transfers.create(to(made.id, source_transaction=charge(fake, api))))
    assert error.code == "insufficient_capabilities_for_transfer"


def test_the_same_key_with_another_amount_is_refused(fake: StripeFake, api: Any) -> None:
    sent = to(seller(fake, api), source_transaction=charge(fake, api))
    first = api.transfers.create(sent, {"idempotency_key": "a"})
    assert api.transfers.create(sent, {"idempotency_key": "a"}).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        api.transfers.create({**sent, "amount": 1}, {"idempotency_key": "a"})
    assert len(fake.transfers()) == 1


def test_a_reversal_needs_the_sellers_balance(fake: StripeFake, api: Any) -> None:
    destination = seller(fake, api)
    made = api.transfers.create(to(destination, source_transaction=charge(fake, api)))
    assert "greater than" in str(refusal(lambda: back(api, made.id, 401)))
    fake.pay_out(destination, 300)
    assert refusal(lambda: back(api, made.id, 101)).code == "balance_insufficient"
    back(api, made.id, 100)
    assert (fake.balance(destination), fake.object(made.id)["amount_reversed"]) == (0, 100)


def back(api: Any, transfer_id: str, amount: int) -> Any:
    return api.transfers.reversals.create(transfer_id, {"amount": amount})


def test_a_payout_is_the_accounts_own(fake: StripeFake, api: Any) -> None:
    destination = seller(fake, api)
    api.transfers.create(to(destination, source_transaction=charge(fake, api)))
    acting = {"stripe_account": destination}
    sent = {"amount": 401, "currency": "usd"}
    assert refusal(lambda: api.payouts.create(sent, acting)).code == "balance_insufficient"
    fake.restrict(destination, "external_account", payouts_only=True)
    sent["amount"] = 400
    assert refusal(lambda: api.payouts.create(sent, acting)).code == "payouts_not_allowed"
    fake.onboard(destination)
    made = api.payouts.create(sent, acting)
    assert refusal(lambda: api.payouts.retrieve(made.id)).code == "resource_missing"
    assert fake.last_event("payout.created")["account"] == destination
    fake.finish_payout(made.id, "failed")
    assert fake.balance(destination) == 400


def test_somebody_elses_account_cannot_be_acted_for(fake: StripeFake, api: Any) -> None:
    fake.account("sk_test_B", id="acct_B")
    destination = seller(fake, client(fake, "sk_test_B"))
    with pytest.raises(stripe.PermissionError):
        api.balance.retrieve({}, {"stripe_account": destination})
    with pytest.raises(stripe.PermissionError):
        api.accounts.retrieve(destination)
