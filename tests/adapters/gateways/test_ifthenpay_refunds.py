"""Refunds at Ifthenpay: asked for once, and never again."""

import json

import pytest

from app.adapters.gateways import base
from app.kit.money import Money
from tests.adapters.gateways.ifthenpay_keys import made, opened, order
from tests.fakes.ifthenpay import IfthenpayFake


@pytest.fixture
def fake():
    with IfthenpayFake() as running:
        yield running


def paid(fake: IfthenpayFake, method: str) -> str:
    ref = made(fake, method)
    fake.pay(ref.split(":")[1])
    return opened(fake).retrieve_payment(ref).gateway_payment_id


def back(minor: int) -> base.RefundRequest:
    return base.RefundRequest("ref_1", Money(minor, "EUR"), "refund-ref_1")


@pytest.mark.parametrize("method", ["mbway", "card"])
def test_a_refund_says_which_payment_and_how_much(fake, method):
    money = paid(fake, method)
    result = opened(fake).refund_payment(money, back(1155))
    assert result.status == "succeeded"
    assert json.loads(fake.requests[-1].body) == {
        "backofficekey": fake.account.backoffice,
        "requestId": fake.made[0].request_id,
        "amount": "11.55",
    }
    assert opened(fake).retrieve_refund(result.gateway_refund_id).status == "succeeded"


def test_the_older_address_is_asked_where_the_newer_one_is_not_there(fake):
    money = paid(fake, "card")
    fake.takes_refunds_at = {"/api/endpoint/payments/refund"}
    assert opened(fake).refund_payment(money, back(500)).status == "succeeded"
    assert fake.refunds == [(money, 500)]
    fake.takes_refunds_at = set()
    with pytest.raises(base.Impossible):
        opened(fake).refund_payment(money, back(500))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"Code": "0", "Message": "No"}, base.Impossible),
        ({"Code": 0}, base.Impossible),
        ({"Code": "-1"}, base.Impossible),
        ({"Code": -1}, base.Impossible),
        ({"Code": "2"}, base.Unavailable),
        ({"Code": True}, base.Unavailable),
        ({"Message": "Success"}, base.Unavailable),
        (b"", base.Unavailable),
        (b'"OK"', base.Unavailable),
        (b'{"Code": "1', base.Unavailable),
    ],
)
def test_only_a_one_is_a_refund_and_only_a_definite_no_is_none(fake, answer, error):
    money = paid(fake, "card")
    fake.fail_next("POST /v2/payments/refund", status=200, body=answer)
    with pytest.raises(error) as refused:
        opened(fake).refund_payment(money, back(500))
    assert type(refused.value) is error


def test_too_little_money_there_is_said(fake):
    money = paid(fake, "card")
    fake.funds = 100
    with pytest.raises(base.Impossible) as refused:
        opened(fake).refund_payment(money, back(500))
    assert "not enough money" in refused.value.reason


@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit"])
def test_a_refund_without_an_answer_is_sent_once_and_never_looked_for(fake, fault):
    money = paid(fake, "card")
    getattr(fake, fault)("POST /v2/payments/refund")
    with pytest.raises(base.Unavailable):
        opened(fake).refund_payment(money, back(500))
    assert len(fake.calls("POST", "/v2/payments/refund")) == 1
    with pytest.raises(base.Unavailable) as unseen:
        opened(fake).find_refund(money, back(500))
    assert "backoffice" in unseen.value.reason


@pytest.mark.parametrize(
    ("keys", "method", "refund", "word"),
    [
        ({}, "multibanco", "none", "bank transfer"),
        ({"backofficeKey": ""}, "multibanco", "none", "bank transfer"),
        ({"backofficeKey": ""}, "mbway", "none", "backoffice key"),
        ({"backofficeKey": ""}, "card", "none", "backoffice key"),
        ({}, "mbway", "partial", ""),
        ({}, "card", "partial", ""),
    ],
)
def test_what_can_be_undone_is_said_and_why_not(fake, keys, method, refund, word):
    adapter = opened(fake, **keys)
    assert adapter.can(method) == base.Capabilities(refund=refund, cancel=False)
    if refund == "none":
        money = adapter.create_payment(order(method)).gateway_payment_id
        with pytest.raises(base.Impossible) as refused:
            adapter.refund_payment(money, back(500))
        assert word in refused.value.reason
        assert fake.calls("POST", "/v2/payments/refund") == []


def test_of_multibanco_no_refund_was_ever_made(fake):
    money = made(fake, "multibanco").split(":")[1]
    assert opened(fake).find_refund(f"mb:{money}", back(500)) is None
