"""Our address at Square: registered, looked at, put right, moved."""

from __future__ import annotations

from typing import Any

import pytest

from app.kit.tenancy import across_organizations
from app.services import event_endpoints
from app.services.credentials import PLATFORM, Scope
from tests.adapters.gateways.rigs.square import KEY, TOKEN
from tests.flows.square.conftest import BASE
from tests.merchant import person


def own(shop) -> Scope:
    return Scope("organization", shop.org_id)


def mend(shop) -> str:
    with shop.inside():
        return event_endpoints.mend("square", own(shop), actor="ada").state


def check(shop) -> str:
    with shop.inside():
        return event_endpoints.check("square", own(shop)).state


def subscription(shop) -> dict[str, Any]:
    (found,) = shop.square.subscriptions.rows.values()
    return found


def is_believed(shop, key: str, url: str = "") -> bool:
    call = {"type": "order.updated", "event_id": "e"}
    return shop.tell(call, key=key, url=url).status_code == 200


def test_our_address_is_registered_and_the_key_that_comes_of_it_works(shop):
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    found = subscription(shop)
    assert found["notification_url"] == BASE + shop.hook
    assert check(shop) == "fine"
    assert is_believed(shop, found["signature_key"])
    assert is_believed(shop, KEY), "the key before counts for some days"


def test_a_key_that_was_replaced_at_square_is_noticed_and_read_again(shop):
    mend(shop)
    first = subscription(shop)["id"]
    shop.square.subscriptions.rows[first]["signature_key"] = "rotated-in-the-dashboard"
    assert not is_believed(shop, "rotated-in-the-dashboard")
    assert check(shop) == "no_secret"
    assert mend(shop) == "fine"
    assert subscription(shop)["id"] == first
    assert is_believed(shop, "rotated-in-the-dashboard")


@pytest.mark.parametrize(
    ("damage", "state"),
    [({"enabled": False}, "disabled"), ({"event_types": ["payment.created"]}, "incomplete")],
)
def test_a_damaged_registration_is_said_and_put_right_in_place(shop, damage, state):
    mend(shop)
    first = dict(subscription(shop))
    subscription(shop).update(damage)
    assert check(shop) == state
    assert mend(shop) == "fine"
    assert check(shop) == "fine"
    assert subscription(shop)["id"] == first["id"]


def test_after_a_move_the_old_address_is_believed_until_the_new_one_is_registered(shop, make_app):
    mend(shop)
    key = subscription(shop)["signature_key"]
    moved = make_app(SQUARE_BASE_URL=shop.square.url, PUBLIC_BASE_URL="https://pay.example.com")
    shop.app = moved
    there = f"https://pay.example.com{shop.hook}"
    assert is_believed(shop, key) and not is_believed(shop, key, there)
    assert check(shop) == "missing"
    assert mend(shop) == "fine"
    keys = {one["notification_url"]: one["signature_key"] for one in _rows(shop)}
    assert is_believed(shop, keys[there], there)


def _rows(shop) -> list[dict[str, Any]]:
    return list(shop.square.subscriptions.rows.values())


def test_the_platforms_key_is_shown_once_since_it_lives_in_the_environment(make_app, square):
    environ = {"SQUARE_ACCESS_TOKEN": TOKEN, "SQUARE_LOCATION_ID": "L1"}
    app = make_app(SQUARE_BASE_URL=square.url, **environ)
    with app.app_context(), across_organizations("the operator's"):
        made = event_endpoints.mend("square", PLATFORM, actor="operator")
    (found,) = square.subscriptions.rows.values()
    assert made.url == f"{BASE}/api/webhooks/square"
    assert made.secrets == {"SQUARE_WEBHOOK_SIGNATURE_KEY": found["signature_key"]}


def test_the_page_says_the_account_the_mode_and_the_locations(shop):
    shop.square.location("L2", name="Lisbon", currency="EUR")
    browser = person(shop.app)
    page = browser.post("/integrations/square/test").text
    assert 'data-ok="true"' in page
    assert "MLTEST1" in page and "test mode" in page
    assert "Main (L1, USD)" in page and "Lisbon (L2, EUR)" in page
    assert TOKEN not in page and KEY not in page


def test_the_page_says_exactly_which_location_is_wrong(shop):
    shop.square.location("L1", status="INACTIVE")
    page = person(shop.app).post("/integrations/square/test").text
    assert 'data-ok="false"' in page
    assert "the location Main (L1, USD, inactive) is inactive" in page
