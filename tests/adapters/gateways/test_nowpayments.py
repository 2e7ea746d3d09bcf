"""What is special at NOWPayments: amounts, statuses, coins, refusals, faults."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.crypto import CryptoGateway
from app.adapters.gateways.crypto.nowpayments import NowPayments
from app.adapters.gateways.crypto.nowpayments.client import HOSTS
from app.adapters.gateways.crypto.nowpayments.coins import COINS, plain
from app.adapters.gateways.crypto.nowpayments.snapshots import moment, of_payment
from app.kit.money import CURRENCIES, Money
from tests.adapters.gateways.rigs import request
from tests.adapters.gateways.rigs.crypto_nowpayments import KEY, SECRET, VALUES
from tests.fakes.crypto_checks import description
from tests.fakes.nowpayments import NowPaymentsFake


@pytest.fixture
def fake():
    with NowPaymentsFake() as running:
        running.account(KEY, SECRET)
        yield running


@pytest.fixture
def adapter(fake):
    return CryptoGateway(base.Credentials(VALUES, fake.url))


def paying(**changes):
    """A payment of theirs, of 20 US dollars by 10 coins."""
    shown = {
        "payment_id": 1,
        "payment_status": "finished",
        "price_amount": 20,
        "price_currency": "usd",
        "pay_amount": 10,
        "actually_paid": 10,
        "updated_at": "2026-11-26T10:00:00.000Z",
    }
    return of_payment({**shown, **changes}, test_mode=True)


# --- whose host, which mode


@pytest.mark.parametrize(
    ("environment", "host", "test_mode"),
    [
        ("sandbox", "https://api-sandbox.nowpayments.io", True),
        ("production", "https://api.nowpayments.io", False),
        ("", "https://api.nowpayments.io", False),
    ],
)
def test_the_environment_chooses_host_and_mode(environment, host, test_mode):
    made = CryptoGateway(base.Credentials({**VALUES, "environment": environment}))
    assert isinstance(made, NowPayments)
    assert made.test_mode is test_mode
    assert HOSTS[environment or "production"] == host


def test_nothing_of_the_key_is_printed(adapter):
    assert KEY not in repr(adapter.credentials)
    assert KEY not in repr(vars(adapter.client))


# --- amounts

OFFERED = [one.upper() for one in description("nowpayments")["fiat"]]


@pytest.mark.parametrize(
    ("currency", "minor"), list(itertools.product(OFFERED, [1, 99, 100, 12345]))
)
def test_every_currency_is_asked_for_exactly(fake, adapter, currency, minor):
    asked = request("usdt", minor, currency)
    if minor < 100:
        with pytest.raises(base.Declined, match="too little"):
            adapter.create_payment(asked)
    else:
        adapter.create_payment(asked)
    sent = fake.requests[0].params
    assert sent["price_amount"] * 100 == minor
    assert sent["price_currency"] == currency.lower()


def test_ten_thousand_amounts_come_back_as_they_went():
    for minor in range(1, 10_001):
        price = Money(minor, "USD").major
        assert paying(price_amount=price).paid_minor == minor


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_each_currency_has_its_own_decimals(currency):
    price = Money(12345, currency).major
    found = paying(price_amount=price, price_currency=currency.lower())
    assert (found.paid_minor, found.currency) == (12345, currency)


@pytest.mark.parametrize("wrote", [20, Decimal("20.0"), "20", "20.00"])
def test_a_price_may_come_as_number_or_text(wrote):
    assert paying(price_amount=wrote).paid_minor == 2000


@pytest.mark.parametrize("wrote", [None, "", "much", True, [], Decimal("1e999"), "NaN"])
def test_a_price_that_is_none_is_nothing_paid(wrote):
    assert paying(price_amount=wrote).paid_minor == 0


# --- statuses


@pytest.mark.parametrize(
    ("said", "status", "paid", "refunded"),
    [
        ("waiting", "pending", 0, 0),
        ("confirming", "processing", 0, 0),
        ("confirmed", "processing", 0, 0),
        ("sending", "processing", 0, 0),
        ("spending", "processing", 0, 0),
        ("finished", "succeeded", 2000, 0),
        ("refunded", "succeeded", 2000, 2000),
        ("failed", "failed", 0, 0),
        ("expired", "expired", 0, 0),
        ("never heard of", "pending", 0, 0),
    ],
)
def test_their_statuses_in_our_words(said, status, paid, refunded):
    found = paying(payment_status=said)
    assert (found.status, found.paid_minor, found.refunded_minor) == (status, paid, refunded)
    has_money = status in {"processing", "succeeded"}
    assert (found.gateway_payment_id, found.paid_at is not None) == (
        "1" if has_money else None,
        has_money,
    )


@pytest.mark.parametrize(
    ("sent", "paid"),
    [
        (0, 0),
        (Decimal("0.0001"), 0),
        (5, 1000),
        (Decimal("3.33333"), 666),
        (Decimal("9.99999999"), 1999),
        (10, 1999),
        (11, 1999),
        (None, 0),
    ],
)
def test_a_part_is_reckoned_by_proportion_and_never_the_whole(sent, paid):
    found = paying(payment_status="partially_paid", actually_paid=sent)
    assert (found.status, found.paid_minor) == ("succeeded", paid)


def test_a_part_that_was_given_back_was_never_a_payment():
    found = paying(payment_status="refunded", actually_paid=5)
    assert (found.paid_minor, found.refunded_minor) == (1000, 1000)


@pytest.mark.parametrize(
    ("wrote", "found"),
    [
        ("2026-11-26T10:00:00.500Z", datetime(2026, 11, 26, 10, 0, 0, 500_000, UTC)),
        ("2026-11-26T10:00:00", datetime(2026, 11, 26, 10, tzinfo=UTC)),
        (1_764_151_200_000, datetime(2025, 11, 26, 10, tzinfo=UTC)),
        ("1764151200000", datetime(2025, 11, 26, 10, tzinfo=UTC)),
        (None, None),
        ("yesterday", None),
        ("9" * 40, None),
    ],
)
def test_moments_are_read_as_they_are_written_there(wrote, found):
    assert moment(wrote) == found


# --- coins


@pytest.mark.parametrize(
    ("method", "amount", "shown", "link"),
    [
        ("bitcoin", "0.00123456", "0.00123456", "bitcoin:A?amount=0.00123456"),
        ("bitcoin", "1E-7", "0.0000001", "bitcoin:A?amount=0.0000001"),
        ("bitcoin", "0.001234561", "0.00123457", "bitcoin:A?amount=0.00123457"),
        ("bitcoin", "2", "2", "bitcoin:A?amount=2"),
        ("ethereum", "2.014", "2.014", "ethereum:A?value=2014000000000000000"),
        ("ethereum", "1E-18", "0.000000000000000001", "ethereum:A?value=1"),
        ("usdc", "100.0000001", "100.000001", None),
        ("usdt", "12.5", "12.5", None),
    ],
)
def test_an_amount_is_shown_in_the_coins_own_decimals_and_never_less(method, amount, shown, link):
    coin = COINS[method]
    exact = coin.exactly(Decimal(amount))
    assert plain(exact) == shown
    assert exact >= Decimal(amount)
    assert (coin.link("A", exact) if coin.link else None) == link


def test_the_customer_is_shown_all_they_need(fake, adapter):
    asked = request("usdc")
    action = adapter.create_payment(asked).action
    (paying,) = fake.world.payments.values()
    assert action.url == f"{fake.url}/payment/?iid={paying.shown['invoice_id']}"
    assert (action.address, action.amount) == (paying.shown["pay_address"], "20")
    assert (action.coin, action.network) == ("USDC", "Ethereum (ERC-20)")
    assert (action.content, action.mobile_url) == (action.address, None), "a token has no link"
    assert action.expires_at == asked.expires_at


def test_what_ends_sooner_there_is_shown_no_longer(adapter):
    asked = request("usdt", expires_at=datetime.now(UTC) + timedelta(days=3))
    action = adapter.create_payment(asked).action
    assert action.expires_at < asked.expires_at
    assert action.content == action.address
    assert action.mobile_url is None


def test_a_coin_with_two_names_is_asked_for_by_the_one_they_take(fake, adapter):
    fake.world.accounts[KEY].coins = {"usdc"}
    adapter.create_payment(request("usdc"))
    asked = [one.params["pay_currency"] for one in fake.calls("POST", "/v1/invoice-payment")]
    assert asked == ["usdcerc20", "usdc"]


def test_a_coin_that_is_switched_off_is_declined_in_their_words(fake, adapter):
    fake.world.accounts[KEY].coins = {"btc"}
    with pytest.raises(base.Declined, match="unavailable"):
        adapter.create_payment(request("usdt"))


def test_a_method_that_is_no_coin_is_refused_before_anybody_is_asked(fake, adapter):
    with pytest.raises(base.MethodUnavailable):
        adapter.create_payment(request("dogecoin"))
    assert fake.requests == []


def test_too_little_is_declined_with_the_least_there_is(adapter):
    with pytest.raises(base.Declined, match=r"too little to be paid in BTC: .* USD 1\.00 right"):
        adapter.create_payment(request("bitcoin", 99))


def test_too_little_is_declined_even_when_the_least_cannot_be_asked(fake, adapter):
    fake.fail_next("GET /v1/min-amount", 500, times=2)
    with pytest.raises(base.Declined, match=r"too little to be paid in BTC$"):
        adapter.create_payment(request("bitcoin", 99))


# --- what it cannot do


def test_refunds_are_refused_without_a_call(fake, adapter):
    with pytest.raises(base.Impossible, match="from your wallet"):
        adapter.refund_payment("1", base.RefundRequest("ref_1", Money(1, "USD"), "k"))
    assert fake.requests == []
    assert adapter.can("bitcoin") == base.Capabilities(refund="none", cancel=False)


@pytest.mark.parametrize("ref", ["", "5", "5:", ":"])
def test_a_ref_of_another_shape_is_missing(fake, adapter, ref):
    with pytest.raises(base.Missing):
        adapter.retrieve_payment(ref)
    assert fake.requests == []


# --- Test connection


def test_test_connection_names_coins_that_are_switched_off(fake, adapter):
    assert adapter.verify() == base.Verification("NOWPayments", True, ())
    fake.world.accounts[KEY].coins = {"btc", "eth", "usdc"}
    (remark,) = adapter.verify().remarks
    assert remark == "USDT on Tron (TRC-20) (usdttrc20) is not switched on there"


def test_a_wrong_key_is_refused_as_such_and_not_as_a_missing_right(fake):
    wrong = CryptoGateway(base.Credentials({**VALUES, "apiKey": "NP-WRONG"}, fake.url))
    with pytest.raises(base.Misconfigured, match="Invalid api key") as refused:
        wrong.verify()
    assert not isinstance(refused.value, base.NotPermitted)


# --- faults

CREATE, LOOK = "POST /v1/invoice-payment$", "GET /v1/payment/"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, base.Misconfigured),
        (403, base.NotPermitted),
        (429, base.Busy),
        (500, base.Unavailable),
        (503, base.Unavailable),
        (302, base.Unavailable),
        (400, base.Declined),
    ],
)
def test_an_error_while_creating_has_its_own_meaning(fake, adapter, status, error):
    fake.fail_next(CREATE, status, stored=False)
    with pytest.raises(error):
        adapter.create_payment(request("bitcoin"))
    assert adapter.create_payment(request("bitcoin")).gateway_ref


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, base.Misconfigured),
        (403, base.NotPermitted),
        (404, base.Missing),
        (429, base.Busy),
        (400, base.Unavailable),
        (500, base.Unavailable),
    ],
)
def test_an_error_while_asking_never_says_that_a_payment_failed(fake, adapter, status, error):
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.fail_next(LOOK, status, stored=False)
    with pytest.raises(error):
        adapter.retrieve_payment(ref)
    assert adapter.retrieve_payment(ref).status == "pending"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"<html>", b'{"payment_id":1}', b"{}"])
def test_half_an_answer_is_no_answer(fake, adapter, body):
    fake.fail_next(CREATE, 200, stored=False, body=body)
    with pytest.raises(base.Unavailable):
        adapter.create_payment(request("bitcoin"))
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.fail_next(LOOK, 200, stored=False, body=body if b"payment" not in body else b"{}")
    with pytest.raises(base.Unavailable):
        adapter.retrieve_payment(ref)


@pytest.mark.parametrize("amount", [0, -1, "much", None])
def test_an_answer_without_an_amount_is_shown_to_nobody(fake, adapter, amount):
    made = {"payment_id": "1", "pay_address": "A", "pay_amount": amount}
    fake.fail_next(CREATE, 201, stored=False, body=made)
    with pytest.raises(base.Unavailable):
        adapter.create_payment(request("bitcoin"))


def test_a_page_that_is_no_web_address_is_shown_to_nobody(fake, adapter):
    fake.fail_next("POST /v1/invoice$", 200, stored=False, body={"id": "1", "invoice_url": "x:y"})
    fake.fail_next(
        CREATE, 201, body={"payment_id": "1", "pay_address": "A", "pay_amount": 1}, stored=False
    )
    with pytest.raises(base.Unavailable):
        adapter.create_payment(request("bitcoin"))


def test_a_question_is_asked_once_more_after_silence_and_a_creation_is_not(fake, adapter):
    ref = adapter.create_payment(request("bitcoin")).gateway_ref
    fake.drop_before_commit(LOOK)
    assert adapter.retrieve_payment(ref).status == "pending"
    fake.requests.clear()
    fake.drop_before_commit("POST /v1/invoice$")
    with pytest.raises(base.Unavailable):
        adapter.create_payment(request("bitcoin"))
    assert len(fake.requests) == 1
