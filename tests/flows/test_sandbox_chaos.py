"""What integrators can ask the sandbox for with metadata.scenario, and how it ends."""

from tests import world


def test_a_lost_webhook_is_made_up_for_by_asking(app, shop, later):
    order = shop.order(20, metadata={"scenario": "lost_webhook"})
    shop.pay(order)
    assert shop.see(order)["status"] == "pending"
    later(61)
    world.sweep_and_run(app)
    assert shop.see(order)["status"] == "paid"


def test_a_duplicate_webhook_changes_nothing_twice(app, shop):
    order = shop.order(20, metadata={"scenario": "duplicate"})
    shop.pay(order)
    deliveries = shop.get(f"/api/webhook-deliveries?orderId={order['orderId']}").json
    assert shop.see(order)["status"] == "paid"
    assert deliveries["deliveries"] == []


def test_a_reordered_webhook_does_not_move_a_paid_order_back(app, shop, later):
    order = shop.order(20, metadata={"scenario": "reordered"})
    shop.pay(order)
    later(2)
    world.run_tasks(app)
    assert shop.see(order)["status"] == "paid"


def test_a_wrong_amount_waits_for_a_person(app, shop):
    order = shop.order(20, metadata={"scenario": "wrong_amount"})
    shop.pay(order)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")


def test_a_timeout_after_the_charge_ends_paid_once(app, shop, later):
    response = shop.create(20, metadata={"scenario": "timeout-but-charged"})
    assert (response.status_code, response.json["code"]) == (502, "gateway_unavailable")
    later(3)
    world.sweep_and_run(app)
    seen = shop.see(response.json)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert len(seen["payments"]) == 1


def test_a_delayed_payment_is_processing_and_then_paid(app, shop, later):
    order = shop.order(20)
    shop.choose(order, "test")
    shop.press(order, "delay")
    world.run_tasks(app)
    assert shop.see(order)["status"] == "processing"
    later(11)
    world.run_tasks(app)
    assert shop.see(order)["status"] == "paid"


def test_an_expired_sandbox_page_leaves_the_order_payable(app, shop):
    order = shop.order(20)
    shop.choose(order, "test")
    shop.press(order, "expire")
    world.run_tasks(app)
    assert shop.see(order)["status"] == "pending"
    shop.pay(order)
    assert shop.see(order)["status"] == "paid"
