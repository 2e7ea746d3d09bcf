"""When Easypay refuses, is silent, or says half of it."""

from __future__ import annotations

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.easypay import EasypayGateway
from tests.adapters.gateways.easypay_at_hand import fake, gave_back, made, rig
from tests.adapters.gateways.rigs.easypay import ACCOUNT, KEY, NOBODY

__all__ = ["fake", "rig"]

SINGLE = "POST /2.0/single$"


def hint(word: str) -> dict[str, str]:
    return {"X-Easypay-Should-Retry": word}


@pytest.mark.parametrize("says_text", [True, False])
@pytest.mark.parametrize(("account", "key"), [(ACCOUNT, NOBODY), (NOBODY, KEY), ("", "")])
def test_403_means_wrong_keys_and_their_words_are_passed_on(fake, account, key, says_text):
    fake.says_text = says_text
    values = {"accountId": account, "apiKey": key, "baseUrl": "sandbox"}
    adapter = EasypayGateway(base.Credentials(values, fake.api))
    with pytest.raises(base.Misconfigured) as refused:
        adapter.verify()
    assert type(refused.value) is base.Misconfigured, "no right is missing: the keys are wrong"
    assert refused.value.reason == "Easypay: Authentication failed"
    assert KEY not in str(refused.value)


def test_401_means_the_same(rig):
    rig.fake.fail_next("GET /2.0/config", 401)
    with pytest.raises(base.Misconfigured):
        rig.adapter.verify()


def test_429_is_busy_and_asked_once(rig):
    for headers in ({}, hint("true")):
        rig.fake.fail_next(SINGLE, 429, headers=headers)
        with pytest.raises(base.Busy):
            made(rig)
    assert len(rig.fake.calls("POST", "/2.0/single$")) == 2
    assert rig.fake.singles() == []


@pytest.mark.parametrize(
    ("status", "headers", "sent"),
    [
        (500, {}, 1),
        (500, hint("true"), 2),
        (500, hint("false"), 1),
        (502, {}, 2),
        (503, {}, 2),
        (503, hint("FALSE"), 1),
        (409, {}, 2),
        (409, hint("false"), 1),
        (400, hint("true"), 1),
    ],
)
def test_a_creation_is_repeated_as_their_hint_says_and_else_as_their_documents_do(
    rig, status, headers, sent
):
    rig.fake.fail_next(SINGLE, status, stored=False, headers=headers)
    if sent == 1:
        with pytest.raises(base.Declined if status == 400 else base.Unavailable):
            made(rig)
    else:
        made(rig)
    calls = rig.fake.calls("POST", "/2.0/single$")
    assert len(calls) == sent
    assert len({one.headers["Idempotency-Key"] for one in calls}) == 1
    assert len(rig.fake.singles()) == sent - 1


def test_a_question_is_repeated_after_a_500_as_well(rig):
    ref = made(rig).gateway_ref
    rig.fake.fail_next("GET /2.0/single", 500)
    assert rig.adapter.retrieve_payment(ref).status == "pending"


@pytest.mark.parametrize("status", [400, 412, 422, 428])
def test_a_definite_refusal_of_a_creation_is_declined(rig, status):
    body = {"status": "error", "message": ["No.", "", "Really not."]}
    rig.fake.fail_next(SINGLE, status, body=body)
    with pytest.raises(base.Declined, match=r"Easypay: No\.; Really not\."):
        made(rig)


def test_a_key_that_was_used_for_another_payment_leaves_it_open(rig):
    made(rig, idempotency_key="the-same", payment_id="pay_1")
    with pytest.raises(base.Unavailable):
        made(rig, idempotency_key="the-same", payment_id="pay_2")


def test_a_method_the_account_does_not_have_is_declined_and_named_by_test_connection(fake, rig):
    assert rig.adapter.verify().remarks == ("No address for notifications is set there",)
    fake.account(ACCOUNT, KEY, methods=("mb",))
    with pytest.raises(base.Declined, match="not available"):
        made(rig, "card")
    assert rig.adapter.verify().remarks[:2] == (
        "MB WAY is not active for this account",
        "card is not active for this account",
    )


def test_a_second_copy_of_the_news_is_remarked(fake, rig):
    fake.accounts[ACCOUNT].config["transaction"] = "https://shop.example/paid"
    assert any("https://shop.example/paid" in one for one in rig.adapter.verify().remarks)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id":', b"<html>", b"\xff"])
def test_half_an_answer_is_unavailable_never_a_state(rig, body):
    paid, new = made(rig), made(rig)
    rig.pay(paid.gateway_ref)
    for target, ask in (
        (SINGLE, lambda: made(rig)),
        ("GET /2.0/single", lambda: rig.adapter.retrieve_payment(new.gateway_ref)),
        ("GET /2.0/capture", lambda: rig.adapter.retrieve_payment(paid.gateway_ref)),
        ("POST /2.0/refund", lambda: gave_back(rig, paid)),
        ("GET /2.0/refund", lambda: rig.adapter.retrieve_refund(NOBODY)),
    ):
        rig.fake.fail_next(target, 200, stored=False, body=body or b" ")
        with pytest.raises(base.Unavailable):
            ask()


def test_an_answer_about_another_payment_is_not_believed(rig):
    created, other = made(rig), made(rig)
    rig.pay(other.gateway_ref)
    rig.fake.single(created.gateway_ref).claimed = {"id": other.gateway_ref}
    with pytest.raises(base.Unavailable):
        rig.adapter.retrieve_payment(created.gateway_ref)


def test_silence_is_answered_by_one_more_try_everywhere(rig):
    created = made(rig)
    rig.pay(created.gateway_ref)
    for target, ask in (
        (SINGLE, lambda: made(rig)),
        ("GET /2.0/single", lambda: rig.adapter.retrieve_payment(created.gateway_ref)),
        ("POST /2.0/refund", lambda: gave_back(rig, created)),
        ("GET /2.0/config", rig.adapter.verify),
    ):
        for drop in (rig.fake.drop_before_commit, rig.fake.drop_after_commit):
            drop(target)
            assert ask()
    assert len(rig.fake.single(created.gateway_ref).refunds) == 1
    assert len(rig.fake.singles()) == 3


def test_an_address_of_somebody_else_is_not_taken_away(rig):
    endpoints = rig.adapter.endpoints
    config = rig.fake.accounts[ACCOUNT].config
    endpoints.create("https://pay.example/a")
    assert endpoints.find("https://pay.example/a").missing == ()
    endpoints.delete("https://pay.example/b")
    endpoints.keep_only("https://pay.example/b", "https://pay.example/b")
    assert config["generic"] == config["visa_fwd"] == "https://pay.example/a"
    endpoints.delete("https://pay.example/a")
    assert config["generic"] == config["visa_fwd"] == ""
    assert endpoints.find("https://pay.example/a") is None
