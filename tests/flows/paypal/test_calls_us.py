"""PayPal's webhooks at our door: proven by PayPal, applied once, registered with one press."""

import threading

import pytest
from sqlalchemy import func, select

from app.adapters.gateways.paypal import proof
from app.extensions import reading
from app.kit.tenancy import across_organizations
from app.models import AuditEntry, InboundEvent
from app.services import event_endpoints, integrations
from app.services.credentials import Scope
from tests import world
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID
from tests.flows.paypal.shop import PayPalShop, connect, open_shop

VERIFY = "/v1/notifications/verify-webhook-signature"
PUBLIC = "https://pay.example.com"


@pytest.fixture
def shop(make_app, paypal) -> PayPalShop:
    return open_shop(make_app(PAYPAL_BASE_URL=paypal.url, PUBLIC_BASE_URL=PUBLIC), paypal)


def events(shop) -> int:
    with shop.app.app_context(), across_organizations("test"), reading() as session:
        return session.scalar(select(func.count()).select_from(InboundEvent))


def approved(shop):
    """An order its customer has approved, of which we have not heard, and PayPal's event."""
    order = shop.order("20.00")
    made = shop.send(order)
    shop.paypal.approve(made)
    return order, shop.paypal.last_event(made)


def own(shop) -> Scope:
    return Scope("organization", shop.org_id)


def line(shop, name: str):
    with shop.inside():
        (found,) = [one for one in integrations.card("paypal").lines if one.name == name]
    return found


# --- calls


def test_the_same_event_twice_is_one_row_and_one_effect(shop):
    order, event = approved(shop)
    assert [shop.tell(event).json["outcome"] for _ in range(3)] == ["stored", "seen", "seen"]
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert events(shop) == 1


@pytest.mark.parametrize(
    "how", [{"by": "mallory"}, {"webhook_id": "9XL90610J3647323C"}, {"at": "2026-01-01T00:00:00Z"}]
)
def test_a_forged_call_has_no_effect(shop, how):
    order, event = approved(shop)
    response = shop.tell(event, **how)
    world.run_tasks(shop.app)
    assert (response.status_code, response.json["code"]) == (400, "invalid_signature")
    assert (events(shop), shop.see(order)["status"], shop.captures()) == (0, "pending", 0)
    assert line(shop, "refused").code == "unproved"


def test_a_flood_is_answered_without_asking_and_the_payment_is_taken_all_the_same(shop, later):
    order, event = approved(shop)
    codes = [shop.tell({**event, "id": f"WH-{n}"}, by="mallory").status_code for n in range(60)]
    assert codes == [400] * proof.FORGERIES + [502] * (60 - proof.FORGERIES)
    assert len(shop.paypal.calls("POST", VERIFY)) == proof.FORGERIES
    assert shop.tell(event).status_code == 502, "PayPal sends it again"
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"
    later(61)
    assert shop.tell(event).status_code == 200


def test_junk_at_the_address_costs_no_call_to_paypal(shop):
    client = shop.app.test_client()
    for body in (b"", b"{}", b"x" * 100_000):
        assert client.post(shop.hook, data=body).status_code == 400
    assert shop.paypal.requests == []


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_when_paypal_does_not_say_the_call_is_to_be_sent_again(shop, status):
    order, event = approved(shop)
    shop.paypal.fail_next(f"POST {VERIFY}", status, times=2, stored=False)
    response = shop.tell(event)
    assert (response.status_code, response.json["code"]) == (502, "unverifiable")
    assert line(shop, "refused").code == "unverifiable"
    shop.paypal.clear_faults()
    assert shop.tell(event).status_code == 200
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert line(shop, "refused").code == "none"


def test_without_the_webhooks_id_nothing_is_accepted(shop):
    order, event = approved(shop)
    connect(shop, removed=("webhookId",), webhookId="")
    response = shop.tell(event)
    assert (response.status_code, response.json["code"]) == (503, "webhook_not_configured")
    assert line(shop, "secret").code == "missing"
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"


def test_events_of_other_things_are_thanked_and_put_aside(shop):
    event = {"id": "WH-1", "event_type": "BILLING.PLAN.CREATED", "resource": {"id": "P1"}}
    assert shop.tell(event).json["outcome"] == "ignored"
    event = {"id": "WH-2", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "C1"}}
    assert shop.tell(event).json["outcome"] == "unmatched"
    assert events(shop) == 0


def test_another_organizations_payment_is_out_of_reach_and_the_try_is_noted(shop, paypal):
    order, event = approved(shop)
    paypal.app("MalloryClient", "mallory's", merchant_id="SOMEBODYELSE2")
    paypal.register("MalloryClient", "9XL90610J3647323C", "https://pay.example.com/m")
    mallory = world.open_shop(shop.app, org="Mallory", gateway="paypal")
    keys = {"clientId": "MalloryClient", "clientSecret": "mallory's"}
    connect(mallory, **keys, webhookId="9XL90610J3647323C")
    with mallory.inside():
        url = event_endpoints.check("paypal", own(mallory)).url
    body, headers = paypal.sign(event, "9XL90610J3647323C")
    client = shop.app.test_client()
    response = client.post(url.removeprefix(PUBLIC), data=body, headers=headers)
    world.run_tasks(shop.app)
    assert (response.status_code, response.json["outcome"]) == (200, "unmatched")
    assert (shop.see(order)["status"], shop.captures()) == ("pending", 0)
    with mallory.inside(), reading() as session:
        assert "inbound.foreign_reference" in session.scalars(select(AuditEntry.action)).all()


def test_the_platforms_account_has_an_address_of_its_own(make_app, paypal):
    app = make_app(
        PAYPAL_BASE_URL=paypal.url,
        PAYPAL_CLIENT_ID=CLIENT_ID,
        PAYPAL_CLIENT_SECRET=SECRET,
        PAYPAL_WEBHOOK_ID=WEBHOOK_ID,
        PAYPAL_ENVIRONMENT="sandbox",
    )
    opened = world.open_shop(app, gateway="paypal")
    shop = PayPalShop(**{**opened.__dict__, "paypal": paypal, "hook": "/api/webhooks/paypal"})
    order, event = approved(shop)
    assert order["testMode"] is True
    assert shop.tell(event).status_code == 200
    world.run_tasks(app)
    assert shop.see(order)["status"] == "paid"


def test_calls_and_questions_hold_no_database_connection(shop):
    """Eight wait for PayPal's word at once, and the house still answers."""
    shop.pay_at_paypal()
    gate = shop.paypal.faults.plan_gate(f"POST {VERIFY}", proof.AT_ONCE, after=True)
    told = [
        {"id": f"WH-{n}", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "C1"}}
        for n in range(proof.AT_ONCE)
    ]
    codes = []
    threads = [
        threading.Thread(target=lambda one=one: codes.append(shop.tell(one).status_code))
        for one in told
    ]
    for one in threads:
        one.start()
    assert gate.entered.wait(10)
    assert shop.app.test_client().get("/readyz").status_code == 200
    gate.release()
    for one in threads:
        one.join()
    assert codes == [200] * proof.AT_ONCE
