"""Repeated, lost, late and failing calls to the fake Stripe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.fakes.stripe import StripeFake
from tests.fakes.stripe_driver import KEY, cash_app, client, confirmed, told, types
from tests.fakes.stripe_world import API_VERSION


@pytest.fixture
def fake() -> Iterator[StripeFake]:
    """A running fake with one account."""
    with StripeFake() as running:
        running.account(KEY, id="acct_A")
        yield running


def test_idempotency_keys(fake: StripeFake) -> None:
    api, key = client(fake), {"idempotency_key": "pi-1"}
    first = api.payment_intents.create(cash_app(), key)
    second = api.payment_intents.create(cash_app(), key)
    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert fake.requests[-1].replayed
    with pytest.raises(stripe.IdempotencyError):
        api.payment_intents.create(cash_app(2000), key)
    with pytest.raises(stripe.IdempotencyError):
        api.refunds.create({"payment_intent": first.id}, key)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create(cash_app(), {"idempotency_key": "k" * 256})
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create(cash_app(1), {"idempotency_key": "pi-2"})
    api.payment_intents.create(cash_app(), {"idempotency_key": "pi-2"})
    fake.account("sk_test_B", id="acct_B")
    assert client(fake, "sk_test_B").payment_intents.create(cash_app(), key).id != first.id


def test_stored_500_is_replayed_and_429_is_not(fake: StripeFake) -> None:
    api = client(fake)
    fake.fail_next("POST /v1/payment_intents", status=500)
    fake.fail_next("POST /v1/payment_intents", status=429)
    with pytest.raises(stripe.RateLimitError):
        api.payment_intents.create(cash_app(), {"idempotency_key": "a"})
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            api.payment_intents.create(cash_app(), {"idempotency_key": "a"})
    assert (caught.value.headers or {})["Idempotent-Replayed"] == "true"
    assert fake.payment_intents() == []
    fake.fail_next("POST /v1/payment_intents", status=503)
    assert client(fake, retries=1).payment_intents.create(cash_app()).id


def test_dropped_answer_is_replayed_on_retry(fake: StripeFake) -> None:
    fake.drop_after_commit("POST /v1/payment_intents")
    with pytest.raises(stripe.APIConnectionError):
        client(fake).payment_intents.create(cash_app(), {"idempotency_key": "a"})
    assert len(fake.payment_intents()) == 1
    fake.drop_after_commit("POST /v1/payment_intents")
    intent = client(fake, retries=2).payment_intents.create(cash_app(), {"idempotency_key": "a"})
    assert [one["id"] for one in fake.payment_intents()] == [intent.id]
    fake.drop_before_commit("POST /v1/refunds")
    with pytest.raises(stripe.APIConnectionError):
        client(fake).refunds.create({"payment_intent": intent.id})


def test_planned_decline_leaves_a_failed_intent(fake: StripeFake) -> None:
    fake.fail_next("POST /v1/payment_intents", status=402, decline_code="insufficient_funds")
    with pytest.raises(stripe.CardError) as caught:
        client(fake).payment_intents.create(confirmed())
    assert told(caught).decline_code == "insufficient_funds"
    assert told(caught).payment_intent.id == fake.payment_intents()[0]["id"]
    assert types(fake)[-1] == "payment_intent.payment_failed"


def test_held_call_is_in_flight(fake: StripeFake) -> None:
    key = {"idempotency_key": "a"}
    results: list[Any] = []
    gate = fake.hold("POST /v1/payment_intents")

    def pay() -> None:
        results.append(client(fake).payment_intents.create(cash_app(), key))

    thread = threading.Thread(target=pay)
    thread.start()
    with gate:
        assert gate.entered.wait(5)
        with pytest.raises(stripe.APIError) as caught:
            client(fake).payment_intents.create(cash_app(), key)
        assert caught.value.http_status == 409
        assert told(caught).code == "idempotency_key_in_use"
        assert client(fake).accounts.retrieve_current().country == "US"
    thread.join(5)
    assert results[0].id == fake.payment_intents()[0]["id"]


def test_answer_held_after_the_work(fake: StripeFake) -> None:
    gate = fake.hold("POST /v1/payment_intents$", after_commit=True)
    thread = threading.Thread(target=lambda: client(fake).payment_intents.create(confirmed()))
    thread.start()
    assert gate.entered.wait(5)
    fake.approve(fake.payment_intents()[0]["id"])
    gate.release()
    thread.join(5)
    assert types(fake)[-1] == "payment_intent.succeeded"


def test_slow_call_runs_into_the_clients_limit(fake: StripeFake) -> None:
    fake.slow("GET /v1/account", seconds=5)
    impatient = stripe.StripeClient(
        KEY,
        base_addresses={"api": fake.url},
        http_client=stripe.RequestsClient(timeout=0.2),
        stripe_version=API_VERSION,
    )
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.accounts.retrieve_current()


def test_hooks_requests_and_connections_are_seen(fake: StripeFake) -> None:
    seen: list[tuple[str, str]] = []
    fake.on_request.append(lambda method, path: seen.append((method, path)))
    api = client(fake)
    for _ in range(3):
        api.accounts.retrieve_current()
    assert seen == [("GET", "/v1/account")] * 3
    assert len(fake.calls("GET", "/v1/account$")) == 3
    assert fake.requests[0].status == 200
    assert fake.connections == 1


def test_failing_hook_fails_the_test() -> None:
    def held(method: str, path: str) -> None:
        raise AssertionError("a connection is held")

    with pytest.raises(AssertionError, match="error"), StripeFake() as fake:
        fake.account(KEY)
        fake.on_request.append(held)
        with pytest.raises(stripe.APIError):
            client(fake).accounts.retrieve_current()


def test_many_threads_lose_nothing(fake: StripeFake) -> None:
    api = client(fake)
    intent = api.payment_intents.create(confirmed())
    fake.approve(intent.id)
    outcomes: list[str] = []

    def refund() -> None:
        try:
            client(fake).refunds.create({"payment_intent": intent.id, "amount": 300})
            outcomes.append("done")
        except stripe.InvalidRequestError:
            outcomes.append("refused")

    threads = [threading.Thread(target=refund) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] * 3 + ["refused"] * 5
    assert fake.charges()[0]["amount_refunded"] == 900
