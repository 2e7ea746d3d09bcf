"""Our address at PayPal: registered, taken over and mended with one press; Test connection."""

import pytest

from app.extensions import reading
from app.kit.errors import Refused
from app.services import credentials, event_endpoints, integrations
from app.services.credentials import PLATFORM, Scope
from tests import world
from tests.adapters.gateways.rigs.paypal import CLIENT_ID, SECRET, WEBHOOK_ID
from tests.flows.paypal.shop import VALUES, PayPalShop, connect, open_shop

PUBLIC = "https://pay.example.com"


@pytest.fixture
def shop(make_app, paypal) -> PayPalShop:
    return open_shop(make_app(PAYPAL_BASE_URL=paypal.url, PUBLIC_BASE_URL=PUBLIC), paypal)


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
    assert made.secrets == {"PAYPAL_WEBHOOK_ID": paypal.registered()[-1]["id"]}


def test_test_connection_says_account_and_mode(shop):
    with shop.inside():
        tested = integrations.verify("paypal")
    assert (tested.is_ok, tested.account, tested.test_mode) == (True, "APP-80W284485P519543T", True)
    shop.paypal.world.apps.clear()
    with shop.inside():
        tested = integrations.verify("paypal")
    assert (tested.is_ok, tested.problem) == (False, "misconfigured")
    assert VALUES["clientSecret"] not in repr(tested)
