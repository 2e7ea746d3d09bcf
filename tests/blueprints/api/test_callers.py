"""Who may call: keys, where they may stand, their scopes and rates."""

import json

import pytest

from app.extensions import db, transaction
from app.kit import clock
from app.kit.tokens import new_api_key
from app.models import ApiKey, Provider
from app.services import api_keys
from tests import world
from tests.blueprints.api.conftest import INTENT, is_refused, rows

UNKNOWN = new_api_key()
CALLS = [
    ("GET", "/api/orders"),
    ("GET", "/api/orders/ord_1"),
    ("POST", "/api/orders/ord_1/cancel"),
    ("POST", "/api/orders/ord_1/refunds"),
    ("GET", "/api/webhook-deliveries"),
    ("GET", "/api/webhook-deliveries/dlv_1"),
    ("POST", "/api/webhook-deliveries/dlv_1/redeliver"),
    ("GET", "/api/webhook-endpoints"),
    ("POST", "/api/webhook-endpoints/whe_1/replays"),
    ("GET", "/api/webhook-endpoints/whe_1/replays/rpl_1"),
    ("POST", "/api/webhook-endpoints/whe_1/replays/rpl_1/cancel"),
    ("POST", INTENT),
]


def call(app, method="POST", path=INTENT, body=None, address="127.0.0.1", **headers):
    return app.test_client().open(
        path,
        method=method,
        data=json.dumps(body if body is not None else {"amount": 5}),
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address},
    )


def is_unknown(response):
    is_refused(response, 401, "Invalid or inactive API key", "invalid_api_key")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_call_works_without_a_key(house, method, path):
    is_unknown(call(house.app, method, path, address="10.0.0.1"))


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {UNKNOWN}"},
        {"Authorization": "Bearer provider_x"},
        {"Authorization": "Bearer sk_live_51abc"},
        {"Authorization": "Basic cHJvdmlkZXI6eA=="},
        {"Authorization": "Digest x"},
        {"Authorization": UNKNOWN},
        {"X-API-Key": ""},
        {"X-API-Key": UNKNOWN},
        {"X-API-Key": "\xff"},
    ],
)
def test_a_header_with_no_key_of_ours_is_refused(house, header):
    is_unknown(call(house.app, address="10.0.0.2", **header))


@pytest.mark.parametrize(
    "key",
    ["", " ", "unknown", 5, True, ["unknown"], {"key": "unknown"}, "\0", "\ud800"],
)
def test_a_body_with_no_key_of_ours_is_refused(house, key):
    key = UNKNOWN if key == "unknown" else key
    is_unknown(call(house.app, body={"apiKey": key, "amount": 5}, address="10.0.0.3"))


def test_a_key_is_taken_exactly_as_it_was_given(house):
    key = house.shop.key
    for almost in (
        key[:-1],
        key + "x",
        key.lower(),
        f" {key}",
        f"{key}\n",
        key[:9] + key[9:][::-1],
    ):
        is_unknown(call(house.app, body={"apiKey": almost, "amount": 5}, address="10.0.0.4"))


def test_a_revoked_an_expired_and_an_inactive_providers_key_are_one_same_answer(app):
    shops = [world.open_shop(app, name=name) for name in ("revoked", "expired", "inactive")]
    for shop in shops:
        assert shop.create(5).status_code == 200
    with shops[0].inside(), transaction():
        keys = {one.provider_id: one for one in db.session.query(ApiKey)}
        keys[shops[0].provider_id].revoked_at = clock.now()
        keys[shops[1].provider_id].expires_at = clock.after(-1)
        db.session.get(Provider, shops[2].provider_id).is_active = False
    before = rows(app)
    for shop in shops:
        is_unknown(shop.create(5))
    assert rows(app) == before


@pytest.mark.parametrize("other", ["unknown", "", 5, [], {}])
def test_header_and_body_must_agree(house, other):
    body = {"apiKey": UNKNOWN if other == "unknown" else other, "amount": 5}
    is_unknown(call(house.app, body=body, Authorization=f"Bearer {house.shop.key}"))


def test_two_headers_must_agree(house):
    key = house.shop.key
    is_unknown(call(house.app, **{"Authorization": f"Bearer {key}", "X-API-Key": UNKNOWN}))
    is_unknown(call(house.app, **{"Authorization": f"Bearer {UNKNOWN}", "X-API-Key": key}))


def test_one_key_may_stand_in_every_place(shop):
    body = {"apiKey": shop.key, "amount": 5}
    headers = {"Authorization": f"bearer {shop.key}", "X-API-Key": shop.key}
    assert call(shop.app, body=body, **headers).status_code == 200
    assert call(shop.app, **{"X-API-Key": shop.key}).status_code == 200
    assert call(shop.app, body={**body, "amount": 6}).status_code == 200


@pytest.mark.parametrize("name", ["apiKey", "api_key", "APIKEY", "api-key", "X-API-Key", "q"])
def test_a_key_in_an_address_is_refused_even_beside_a_good_header(house, name):
    query = f"{name}={house.shop.key}"
    good = {"Authorization": f"Bearer {house.shop.key}"}
    for method, path in (
        ("POST", INTENT),
        ("GET", "/api/orders"),
        ("GET", "/api/payment-gateways"),
    ):
        is_unknown(call(house.app, method, f"{path}?{query}", **good))
    is_unknown(call(house.app, path=f"{INTENT}?x=1&{query}", address="10.0.0.5"))


def test_a_key_works_only_within_its_scopes(app):
    shop = world.open_shop(app, scopes=("refunds",))
    before = rows(app)
    for method, path in CALLS:
        response = call(app, method, path, Authorization=f"Bearer {shop.key}")
        if path.endswith("/refunds"):
            is_refused(response, 404, "No such order", "not_found")
        else:
            is_refused(response, 403, "Key lacks scope: payments", "missing_scope")
    assert rows(app) == before


def test_refunds_have_a_scope_of_their_own(app):
    shop = world.open_shop(app, scopes=("payments", "payouts"))
    order = shop.order(5)
    shop.pay(order)
    is_refused(shop.refund(order), 403, "Key lacks scope: refunds", "missing_scope")


def test_the_scope_is_judged_before_the_rate_and_the_fields(make_app):
    app = make_app(API_RATE_LIMIT="1")
    shop = world.open_shop(app, scopes=("refunds",))
    for _ in range(3):
        is_refused(shop.create("no"), 403, "Key lacks scope: payments", "missing_scope")


def test_too_many_requests_with_one_key_have_to_wait(make_app, time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    shop = world.open_shop(make_app(API_RATE_LIMIT="3"))
    other = world.open_shop(shop.app, name="Other")
    for _ in range(3):
        assert shop.create("no").status_code == 400
    before = rows(shop.app)
    response = shop.create(5)
    is_refused(response, 429, "Too many requests", "rate_limited")
    assert rows(shop.app) == before
    assert 1 <= int(response.headers["Retry-After"]) <= 62
    assert shop.get("/api/orders").status_code == 429
    assert shop.get("/api/payment-gateways").status_code == 429
    assert other.create(5).status_code == 200
    time_machine.shift(int(response.headers["Retry-After"]))
    assert shop.create(5).status_code == 200


def test_the_61st_bad_key_of_an_address_in_a_minute_has_to_wait_and_good_keys_do_not(shop):
    for number in range(60):
        method, path = CALLS[number % len(CALLS)]
        is_unknown(call(shop.app, method, path, Authorization=f"Bearer {UNKNOWN}"))
    response = call(shop.app, Authorization=f"Bearer {UNKNOWN}")
    is_refused(response, 429, "Too many requests", "rate_limited")
    assert int(response.headers["Retry-After"]) >= 1
    assert shop.create(5).status_code == 200
    is_unknown(call(shop.app, address="10.0.0.9", Authorization=f"Bearer {UNKNOWN}"))


def test_a_key_that_cannot_be_one_is_refused_without_asking_the_database(house, monkeypatch):
    asked = []
    monkeypatch.setattr(api_keys, "reading", lambda: asked.append(1))
    for key in ("provider_x", UNKNOWN[:-1] + ("0" if UNKNOWN[-1] != "0" else "1")):
        is_unknown(call(house.app, address="10.0.0.6", Authorization=f"Bearer {key}"))
    assert not asked


def test_a_second_key_of_a_provider_works_beside_the_first(shop):
    with shop.inside(), transaction():
        second = api_keys.issue(shop.provider_id, ("payments",))
    order = shop.order(5)
    response = call(
        shop.app, "GET", f"/api/orders/{order['orderId']}", Authorization=f"Bearer {second}"
    )
    assert response.status_code == 200
