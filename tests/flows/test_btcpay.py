"""Bitcoin through a BTCPay server, through the whole house; also one whose address was typed."""

import re

import pytest

from app.services import event_endpoints, integrations
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.crypto_btcpay import KEY, STORE, VALUES
from tests.fakes.btcpay import BtcPayFake
from tests.flows.coins import CoinShop, open_shop

TYPED = {name: value for name, value in VALUES.items() if name != "ipnSecret"}


@pytest.fixture
def server():
    with BtcPayFake() as fake:
        fake.key_for(KEY, STORE)
        yield fake


@pytest.fixture
def shop(make_app, server, httpserver) -> CoinShop:
    """A shop whose server is the operator's to set, our address registered there."""
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    app = make_app(BTCPAY_BASE_URL=server.url)
    return registered(open_shop(app, server, TYPED, httpserver.url_for("/hook")))


def registered(shop: CoinShop) -> CoinShop:
    with shop.inside():
        event_endpoints.mend("crypto", Scope("organization", shop.org_id), actor="ada")
    return shop


def chosen(shop: CoinShop, amount: object = 20, **fields):
    """An order whose customer was sent to the server's page, and the invoice there."""
    order = shop.order(amount, **fields)
    response = shop.choose(order, "bitcoin")
    invoice = shop.see_payment(order)["gatewayPaymentId"]
    assert (response.status_code, response.location) == (303, f"{shop.fake.url}/i/{invoice}")
    return order, invoice


def test_only_bitcoin_is_offered(shop):
    page = shop.page(shop.order(20))
    assert "Bitcoin" in page
    assert not re.search("Ethereum|USDC|USDT", page)


def test_the_invoice_says_the_amount_as_text_and_whose_it_is(shop):
    order, invoice = chosen(shop, "19.99")
    asked = shop.fake.world.invoices[invoice].asked
    assert (asked["amount"], asked["currency"]) == ("19.99", "USD")
    assert asked["metadata"]["orderId"] == shop.see_payment(order)["paymentId"]
    assert asked["checkout"]["redirectURL"].endswith(f"/checkout/o/{order['token']}/return")


def test_coins_come_are_confirmed_and_the_provider_is_told_once(shop, told):
    order, invoice = chosen(shop)
    shop.fake.pay(invoice, confirmed=False)
    assert shop.hear() == 3
    assert shop.see(order)["status"] == "processing"
    assert "being processed" in shop.page(order)
    shop.fake.confirm(invoice)
    shop.hear()
    assert shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_the_customer_who_comes_back_is_asked_about(shop):
    order, invoice = chosen(shop)
    shop.fake.pay(invoice)
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"


def test_the_webhook_is_made_looked_at_and_mended_with_a_secret_of_ours(shop):
    scope = Scope("organization", shop.org_id)
    (hook,) = shop.fake.world.webhooks.values()
    assert hook["url"].startswith("http://127.0.0.1:5999/api/webhooks/crypto/")
    assert len(hook["secret"]) >= 40
    with shop.inside():
        assert event_endpoints.check("crypto", scope).state == "fine"
        hook["enabled"] = False
        assert event_endpoints.check("crypto", scope).state == "disabled"
        assert event_endpoints.mend("crypto", scope, actor="ada").state == "fine"
        hook["authorizedEvents"]["specificEvents"].remove("InvoiceSettled")
        assert event_endpoints.check("crypto", scope).missing == ("InvoiceSettled",)
        assert event_endpoints.mend("crypto", scope, actor="ada").state == "fine"
    assert list(shop.fake.world.webhooks.values()) == [hook]
    assert "InvoiceSettled" in hook["authorizedEvents"]["specificEvents"]


def test_a_new_secret_replaces_the_registration_and_the_old_one_still_counts(shop):
    order, invoice = chosen(shop)
    shop.fake.pay(invoice)
    old = list(shop.fake.calls_made)
    with shop.inside():
        integrations.save("crypto", {}, removed=["ipnSecret"], actor="ada")
    registered(shop)
    assert len(shop.fake.world.webhooks) == 1
    answers = [
        shop.app.test_client().post(
            call.url.removeprefix("http://127.0.0.1:5999"), data=call.body, headers=call.headers
        )
        for call in old
    ]
    # It was removed, not replaced: what it signed is not believed any more.
    assert {one.status_code for one in answers} == {400}


def test_too_little_is_held_once_the_invoice_has_ended(shop, told):
    order, invoice = chosen(shop, 100)
    shop.fake.pay(invoice, 4000)
    shop.hear()
    assert shop.see(order)["status"] == "processing"  # nobody chooses another way meanwhile
    assert shop.cancel(order).status_code == 409
    shop.fake.expire(invoice)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []


def test_an_invoice_that_ran_out_leaves_the_order_open_for_another(shop):
    order, invoice = chosen(shop)
    shop.fake.expire(invoice)
    shop.hear()
    assert shop.see(order)["status"] == "pending"
    shop.choose(order, "bitcoin")
    second = shop.see_payment(order)["gatewayPaymentId"]
    assert second != invoice
    shop.fake.pay(second)
    shop.hear()
    assert shop.see(order)["status"] == "paid"


def test_an_expired_order_is_marked_at_the_server(shop, told, later):
    order, invoice = chosen(shop, expiresIn=300)
    later(301)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    assert (shop.fake.world.invoices[invoice].status, told()) == ("Invalid", ["payment_expired"])


def test_coins_that_came_in_time_and_were_confirmed_later_are_not_late(shop, later):
    order, invoice = chosen(shop, expiresIn=300)
    shop.fake.pay(invoice, confirmed=False)
    later(3600)
    world.sweep_and_run(shop.app)
    shop.fake.confirm(invoice)
    shop.hear()
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)


def test_a_refund_is_a_link_until_it_is_claimed(shop, told, later):
    order, invoice = chosen(shop, 100)
    shop.fake.pay(invoice)
    shop.hear()
    made = shop.refund(order, 60).json
    (pull,) = shop.fake.world.pull_payments.values()
    assert (made["status"], made["claimUrl"]) == ("pending", pull["viewLink"])
    assert (pull["amount"], pull["currency"]) == ("60.00", "USD")
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["refunds"][0]["status"] == "pending"
    shop.fake.claim(pull["id"])
    later(61)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("partially_refunded", 60)
    assert seen["refunds"][0]["claimUrl"] == pull["viewLink"]
    assert told() == ["payment_succeeded", "payment_refunded"]


def test_a_refund_without_an_answer_is_found_and_not_made_twice(shop, later):
    order, invoice = chosen(shop)
    shop.fake.pay(invoice)
    shop.hear()
    shop.fake.drop_after_commit(f"POST /api/v1/stores/{STORE}/invoices/*/refund")
    assert shop.refund(order, 5).json["status"] == "unknown"
    later(70)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["refunds"][0]["status"] == "pending"
    assert len(shop.fake.world.pull_payments) == 1


def test_an_invoice_without_an_answer_is_found_by_its_order_id(shop, later):
    order = shop.order(20)
    shop.fake.drop_after_commit(f"POST /api/v1/stores/{STORE}/invoices$")
    shop.choose(order, "bitcoin")
    assert shop.see(order)["attention"] == "payment_unknown"
    later(3)
    world.sweep_and_run(shop.app)
    (invoice,) = shop.fake.world.invoices
    assert shop.see_payment(order)["gatewayPaymentId"] == invoice
    shop.fake.pay(invoice)
    shop.hear()
    assert shop.see(order)["status"] == "paid"


# --- a server whose address the merchant typed


def test_a_typed_server_is_called_where_its_network_is_allowed(make_app, server):
    app = make_app()
    shop = open_shop(app, server, {**TYPED, "serverUrl": f"{server.url}/"})
    order, invoice = chosen(registered(shop))
    server.pay(invoice)
    shop.hear()
    assert shop.see(order)["status"] == "paid"


def test_a_typed_server_inside_our_network_is_never_called(make_app, server):
    app = make_app(WEBHOOK_ALLOWED_CIDRS="")
    typed = {**TYPED, "serverUrl": server.url}
    shop = open_shop(app, server, typed)
    order = shop.order(20)
    shop.choose(order, "bitcoin")
    with shop.inside():
        tested = integrations.verify("crypto")
    assert (tested.is_ok, tested.problem) == (False, "misconfigured")
    assert "reachable from outside" in tested.said
    assert (server.connections, shop.see(order)["attention"]) == (0, "gateway_misconfigured")


def test_a_refund_that_fails_gives_back_no_more_than_itself(shop, later):
    """BTCPay tells no total, so what was collected has to be counted here."""
    order, invoice = chosen(shop, 100)
    shop.fake.pay(invoice)
    shop.hear()
    for amount in (60, 40):
        assert shop.refund(order, amount).json["status"] == "pending"
    collected, taken_back = shop.fake.world.pull_payments.values()
    shop.fake.claim(collected["id"])
    taken_back["archived"] = True
    for _ in range(3):
        later(400)
        world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert [one["status"] for one in seen["refunds"]] == ["succeeded", "failed"]
    assert seen["refundedAmount"] == 60
    assert shop.refund(order, 41).status_code == 409
    assert shop.refund(order, 40).status_code == 200
