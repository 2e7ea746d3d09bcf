"""PayPal's webhooks at our door: proven by PayPal, applied once, registered with one press."""

import threading

import pytest
from sqlalchemy import func, select

from app.adapters.gateways.paypal import proof
from app.extensions import reading
from app.kit.errors import Refused
from app.kit.tenancy import across_organizations
from app.models import AuditEntry, InboundEvent
from app.services import credentials, event_endpoints, integrations
from app.services.credentials import PLATFORM, Scope
from tests import world
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID
from tests.flows.paypal_shop import VALUES, PayPalShop, connect, open_shop, running

VERIFY = "/v1/notifications/verify-webhook-signature"
PUBLIC = "https://pay.example.com"


@pytest.fixture
def paypal():
    with running() as fake:
        yield fake


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


def check(shop) -> str:
    with shop.inside():
        return event_endpoints.check("paypal", own(shop)).state


def mend(shop) -> str:
    with shop.inside():
        return event_endpoints.mend("paypal", own(shop), actor="ada@example.com").state


def webhook_id(shop) -> str | None:
    with shop.inside(), reading():
        return credentials.stored("paypal", own(shop)).values.get("webhookId")


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


# --- the registration


def test_one_press_registers_the_address_and_its_calls_are_believed(shop):
    connect(shop, removed=("webhookId",), webhookId="")
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    made = shop.paypal.registered()[-1]
    assert made["url"] == PUBLIC + shop.hook
    assert webhook_id(shop) == made["id"] != WEBHOOK_ID
    order, event = approved(shop)
    assert shop.tell(event, made["id"]).status_code == 200
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert (check(shop), mend(shop)) == ("fine", "fine")
    assert len(shop.paypal.registered()) == 2


def test_one_that_was_deleted_there_is_made_anew(shop):
    mend(shop)
    old = webhook_id(shop)
    del shop.paypal.world.webhooks[old]
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    assert webhook_id(shop) != old


def test_an_id_that_is_another_webhooks_is_put_right(shop):
    """Typed in by hand: every call would have been refused."""
    mend(shop)
    right = webhook_id(shop)
    connect(shop, webhookId="9XL90610J3647323C")
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    assert webhook_id(shop) == right


def test_one_whose_id_was_lost_is_taken_over(shop):
    mend(shop)
    made = webhook_id(shop)
    connect(shop, removed=("webhookId",), webhookId="")
    assert check(shop) == "no_secret"
    assert mend(shop) == "fine"
    assert webhook_id(shop) == made


def test_one_that_is_not_told_of_everything_is_completed(shop):
    mend(shop)
    row = shop.paypal.world.webhooks[webhook_id(shop)]
    row.obj["event_types"] = [{"name": "PAYMENT.CAPTURE.COMPLETED"}]
    assert check(shop) == "incomplete"
    assert mend(shop) == "fine"
    assert check(shop) == "fine"


def test_an_address_without_https_is_said_to_the_merchant(make_app, paypal):
    shop = open_shop(make_app(PAYPAL_BASE_URL=paypal.url), paypal)
    with pytest.raises(Refused, match="https"):
        mend(shop)


def test_the_platforms_id_is_shown_to_the_operator(make_app, paypal):
    values = {"PAYPAL_CLIENT_ID": CLIENT_ID, "PAYPAL_CLIENT_SECRET": SECRET}
    app = make_app(PAYPAL_BASE_URL=paypal.url, PUBLIC_BASE_URL=PUBLIC, **values)
    with app.app_context():
        made = event_endpoints.mend("paypal", PLATFORM, actor="operator")
    assert made.url == f"{PUBLIC}/api/webhooks/paypal"
    assert made.secret == paypal.registered()[-1]["id"]


# --- the page


def test_test_connection_says_account_and_mode(shop):
    with shop.inside():
        tested = integrations.verify("paypal")
    assert (tested.is_ok, tested.account, tested.test_mode) == (True, "APP-80W284485P519543T", True)
    shop.paypal.world.apps.clear()
    with shop.inside():
        tested = integrations.verify("paypal")
    assert (tested.is_ok, tested.problem) == (False, "misconfigured")
    assert VALUES["clientSecret"] not in repr(tested)


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
