"""Coins through NOWPayments, through the whole house: shown, paid, told, late, short, twice."""

from decimal import Decimal

import pytest

from tests import world
from tests.adapters.gateways.rigs.crypto_nowpayments import KEY, SECRET, VALUES
from tests.fakes.nowpayments import NowPaymentsFake
from tests.flows.coins import CoinShop, no_calls, open_shop


@pytest.fixture
def shop(make_app, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    with NowPaymentsFake() as fake:
        fake.account(KEY, SECRET)
        app = make_app(NOWPAYMENTS_BASE_URL=fake.url)
        yield open_shop(app, fake, VALUES, httpserver.url_for("/hook"))


def chosen(shop: CoinShop, method: str = "usdc", amount: int = 20, **fields):
    """An order whose customer chose a coin, and the payment's id there."""
    order = shop.order(amount, **fields)
    response = shop.choose(order, method)
    assert response.location.endswith(f"/checkout/o/{order['token']}")
    return order, shop.see_payment(order)["gatewayPaymentId"]


def test_the_gateway_is_asked_when_the_customer_has_chosen(shop):
    order = shop.order(20)
    assert (order["gateway"], order["testMode"]) == ("crypto", True)
    assert shop.fake.requests == []
    page = shop.page(order)
    assert "On the Tron network (TRC-20)" in page
    shop.choose(order, "usdt")
    calls = [(one.method, one.path) for one in shop.fake.requests]
    assert calls == [("POST", "/v1/invoice"), ("POST", "/v1/invoice-payment")]
    assert shop.fake.requests[1].params["pay_currency"] == "usdttrc20"


def test_the_customer_sees_address_network_and_exact_amount(shop):
    order, number = chosen(shop, "bitcoin")
    page = shop.page(order)
    paying = shop.fake.world.payments[number].shown
    assert paying["pay_address"] in page
    assert "0.0003125 BTC" in page
    assert 'data-copy="0.0003125"' in page
    assert f'data-copy="{paying["pay_address"]}"' in page
    code = shop.app.test_client().get(f"/checkout/o/{order['token']}/qr")
    assert code.mimetype == "image/svg+xml"


def test_coins_are_seen_then_confirmed_and_the_provider_is_told_once(shop, told):
    order, number = chosen(shop)
    shop.fake.see(number)
    shop.hear()
    assert shop.see(order)["status"] == "processing"
    assert "being processed" in shop.page(order)
    assert shop.see_payment(order)["paidAt"] is None
    shop.fake.see(number, "sending")
    shop.fake.pay(number)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert seen["payments"][0]["gatewayPaymentId"] == number
    assert told() == ["payment_succeeded"]


def test_the_address_for_its_calls_goes_along_and_belongs_to_the_organization(shop):
    chosen(shop)
    url = shop.fake.requests[0].params["ipn_callback_url"]
    assert url.startswith("http://127.0.0.1:5999/api/webhooks/crypto/")
    assert len(url.rsplit("/", 1)[1]) == 32


def test_a_call_that_comes_twice_counts_once(shop, told):
    order, number = chosen(shop)
    shop.fake.pay(number)
    shop.hear()
    shop.told = 0
    shop.hear()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_a_forged_call_changes_nothing(shop):
    order, number = chosen(shop)
    shop.fake.world.accounts[KEY].ipn_secret = "somebody elses"
    shop.fake.pay(number)
    shop.told += 1  # the first one, of the payment's making, was signed rightly
    shop.hear(wanted=400)
    assert shop.see(order)["status"] == "pending"


def test_without_calls_the_clock_finds_the_money(shop, told, later):
    order, number = chosen(shop)
    shop.fake.pay(number)
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_too_little_is_held_for_the_merchant_and_more_makes_it_whole(shop, told):
    order, number = chosen(shop, amount=100)
    shop.fake.pay(number, Decimal("0.4"))
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []
    shop.fake.pay(number)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert told() == ["payment_succeeded"]


def test_coins_sent_again_to_a_used_address_never_make_an_order_paid(shop, told):
    order, number = chosen(shop, amount=100)
    shop.fake.pay(number, Decimal("0.4"))
    shop.fake.deposit_again(number, Decimal("1"))
    shop.hear()
    assert shop.see(order)["attention"] == "amount_mismatch"
    assert told() == []


def test_a_payment_started_on_the_invoices_own_page_pays_the_order(shop, told):
    order, number = chosen(shop)
    invoice = str(shop.fake.world.payments[number].shown["invoice_id"])
    other = shop.fake.start_on_page(invoice, "btc")
    shop.fake.pay(other)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["payments"][0]["gatewayPaymentId"]) == ("paid", other)
    assert shop.see(order, sync=True)["payments"][0]["gatewayPaymentId"] == other
    assert told() == ["payment_succeeded"]


def test_an_idle_payment_of_the_same_invoice_ends_nothing(shop):
    order, number = chosen(shop)
    invoice = str(shop.fake.world.payments[number].shown["invoice_id"])
    other = shop.fake.start_on_page(invoice, "btc")
    shop.fake.expire(other)
    shop.hear()
    assert shop.see(order)["status"] == "pending"
    assert "Send exactly" in shop.page(order)


def test_another_coin_takes_the_place_and_the_first_address_still_pays(shop, told):
    order, first = chosen(shop, "bitcoin")
    shop.choose(order, "usdt")
    second = shop.see_payment(order)["gatewayPaymentId"]
    assert second != first
    shop.fake.pay(first)
    shop.hear()
    seen = shop.see(order)
    assert seen["status"] == "paid"
    assert [one["status"] for one in seen["payments"]] == ["succeeded", "superseded"]
    assert told() == ["payment_succeeded"]
    shop.fake.pay(second)
    shop.hear()
    seen = shop.see(order)
    # Nothing is given back by API, so a person has to.
    assert (seen["attention"], seen["payments"][1]["duplicate"]) == ("refund_failed", True)
    assert [(one["cause"], one["status"]) for one in seen["refunds"]] == [("duplicate", "failed")]
    assert told() == ["payment_succeeded"]


def test_an_order_expires_alone_and_late_coins_are_late(shop, told, later):
    order, number = chosen(shop, expiresIn=300)
    later(301)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    shop.fake.pay(number)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "paid_late")
    assert told() == ["payment_expired", "payment_succeeded"]


def test_late_coins_are_found_even_when_their_call_is_lost(shop, later):
    order, number = chosen(shop, expiresIn=300)
    later(301)
    world.sweep_and_run(shop.app)
    with no_calls(shop):
        shop.fake.pay(number)
    later(3700)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "paid_late")


def test_coins_seen_in_time_are_not_late_however_long_they_are_confirmed(shop, later):
    order, number = chosen(shop, expiresIn=300)
    shop.fake.see(number)
    shop.hear()
    later(1800)
    world.sweep_and_run(shop.app)
    shop.fake.pay(number)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)


def test_a_sighting_that_came_to_nothing_does_not_make_late_money_early(shop, later):
    order, number = chosen(shop, expiresIn=300)
    shop.fake.see(number)
    shop.hear()
    shop.fake.expire(number)
    shop.hear()
    later(301)
    world.sweep_and_run(shop.app)
    shop.fake.pay(number)
    shop.hear()
    assert shop.see(order)["attention"] == "paid_late"


def test_a_cancelled_order_is_given_up_by_us_alone(shop, told):
    order, number = chosen(shop)
    assert shop.cancel(order).json["status"] == "cancelled"
    world.run_tasks(shop.app)
    assert told() == ["payment_cancelled"]


def test_what_is_being_confirmed_cannot_be_cancelled(shop):
    order, number = chosen(shop)
    with no_calls(shop):
        shop.fake.see(number)
    assert shop.cancel(order).status_code == 409
    assert shop.see(order)["status"] == "processing"


def test_a_refund_is_refused_in_words_and_what_was_reserved_is_free_again(shop):
    order, number = chosen(shop)
    shop.fake.pay(number)
    shop.hear()
    answer = shop.refund(order, 5).json
    assert answer["status"] == "failed"
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "refund_failed")


def test_a_refund_made_in_their_dashboard_arrives(shop, told):
    order, number = chosen(shop)
    shop.fake.pay(number)
    shop.fake.refund(number)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 20)
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_a_refused_coin_can_be_followed_by_another(shop):
    order = shop.order("0.50")
    shop.choose(order, "bitcoin")
    page = shop.page(order)
    assert "too little to be paid in BTC: the least is about USD 1.00" in page
    assert shop.see(order)["status"] == "failed"


def test_a_creation_that_was_never_answered_is_made_anew_and_paid_once(shop, told, later):
    order = shop.order(20)
    shop.fake.drop_after_commit("POST /v1/invoice-payment$")
    shop.choose(order, "usdc")
    assert shop.see(order)["attention"] == "payment_unknown"
    later(3)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("pending", None)
    assert "Send exactly" in shop.page(order)
    shop.fake.pay(seen["payments"][0]["gatewayPaymentId"])
    shop.hear()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]
    assert len(shop.fake.ledger()) == 1


def test_the_checkout_names_what_is_taken_in_each_currency(shop):
    order = shop.order(20, currency="EUR")
    shop.choose(order, "usdt")
    assert shop.fake.requests[0].params["price_currency"] == "eur"
    refused = shop.order(2000, currency="JPY")
    shop.choose(refused, "usdt")
    assert shop.see(refused)["status"] == "failed"
