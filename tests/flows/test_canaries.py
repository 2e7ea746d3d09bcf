"""Planted secrets come out nowhere: no page, answer, log, table or queue, in no encoding."""

import base64
import contextlib
import io
import logging
from urllib.parse import quote

import pytest
import redis
from sqlalchemy import inspect, text

from app.extensions import db
from app.kit import logs
from app.registry import services
from tests import world
from tests.fakes.stripe import StripeFake
from tests.merchant import person

PLANTED = {
    "stripe": {"secretKey": "sk_test_51CanaryOfStripe001", "webhookSecret": "whsec_CanaryHook0002"},
    "square": {"accessToken": "EAAACanaryOfSquare0003", "locationId": "L1"},
    "paypal": {"clientSecret": "CanaryOfPayPalSecret0004", "clientId": "AclientId"},
    "crypto": {"apiKey": "CanaryOfCryptoKey0005", "ipnSecret": "CanaryOfIpnSecret0006"},
    "easypay": {"apiKey": "ca9a2700-ea57-4a11-9c0d-00ea591a0007",
                "accountId": "2b0f63e2-9fb5-4e52-aca0-b4bf0339bbe6"},
    "ifthenpay": {"antiPhishingKey": "CanaryOfPhishing0008", "mbKey": "QZX-918273"},
    "resend": {"apiKey": "re_CanaryOfResend0010", "fromEmail": "shop@example.com"},
    "smtp": {"password": "CanaryOfSmtpPass0011", "host": "mail.example.com",
             "fromEmail": "shop@example.com"},
    "ga4": {"apiSecret": "CanaryOfAnalytics0012", "measurementId": "G-1"},
    "imagekit": {"privateKey": "private_CanaryImage0013", "publicKey": "public_1",
                 "urlEndpoint": "https://ik.example.com/x"},
}  # fmt: skip
ROLLED = "sk_test_51CanaryOfRolling014"  # takes the first one's place
REFUSED = "sk_test_51CanaryOfATypo00015"  # is tried, and not taken
CANARIES = [
    value
    for service, fields in PLANTED.items()
    for name, value in fields.items()
    if services()[service].field(name).is_secret
]
CANARIES += [ROLLED, REFUSED]
ASIDE = {
    "key_id",
    "endpoint_id",
    "session_id",
    "org_id",
    "token",
    "delivery_id",
    "export_id",
    "payment_id",
    "refund_id",
    "seller_id",
    "button",
    "company",
    "subject",  # of a picture
}


def shapes(secret: str) -> set[str]:
    """How a secret may hide."""
    raw = secret.encode()
    return {
        secret,
        secret[::-1],
        raw.hex(),
        quote(secret, safe=""),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }


def found_in(haystack: str) -> list[str]:
    return [one for one in CANARIES for shape in shapes(one) if shape in haystack]


@pytest.fixture
def logged():
    """Everything the app says, at its most talkative."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        logs.configure("debug", "json")
        yield said
    logs.configure("error", "text")


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        for key in (PLANTED["stripe"]["secretKey"], ROLLED):
            fake.account(key)
        yield fake


@pytest.fixture
def planted(make_app, valkey_server, stripe, logged):
    app = make_app(
        REDIS_URL=valkey_server.url,
        LOG_LEVEL="debug",
        LOG_FORMAT="json",
        STRIPE_API_BASE=stripe.url,
    )
    browser = person(app)
    for service, fields in PLANTED.items():
        response = browser.post(f"/integrations/{service}", **fields)
        assert response.status_code == 303, (service, response.text[-500:])
    refused = browser.post("/integrations/stripe", secretKey=REFUSED)
    assert (refused.status_code, found_in(refused.text)) == (422, [])
    assert browser.post("/integrations/stripe", secretKey=ROLLED).status_code == 303
    return browser


def test_fifteen_are_planted():
    assert len(set(CANARIES)) == 15


def test_going_back_shows_none_either(planted):
    for button in ("back", "back", "remove"):
        page = planted.follow(f"/integrations/stripe/previous/{button}")
        assert found_in(page.text) == []


def test_no_page_and_no_answer_holds_one(planted):
    shop = world.open_shop(planted.app)
    order = shop.order(20)
    shop.pay(order)
    places = {"service": "stripe", "slug": "bitloader", "order_id": order["orderId"]}
    for rule in planted.app.url_map.iter_rules():
        if (
            "GET" not in rule.methods
            or rule.arguments & ASIDE
            or rule.endpoint in {"static", "htmx"}
        ):
            continue
        for service in PLANTED if "service" in rule.arguments else ("",):
            values = {**places, "service": service, "gateway": "stripe", "bundle": "merchant",
                      "filename": "x"}  # fmt: skip
            with planted.app.test_request_context():
                path = planted.app.url_map.bind("x").build(
                    rule.endpoint, {name: values[name] for name in rule.arguments}
                )
            page = planted.get(path).text + shop.get(path).text
            assert found_in(page) == [], path


def test_what_goes_wrong_says_none(planted, monkeypatch, logged):
    from app.services import integrations

    def broken(*_args, **_options):
        raise RuntimeError(f"a library prints what it was given: {CANARIES}")

    monkeypatch.setattr(integrations, "cards", broken)
    planted.app.config["PROPAGATE_EXCEPTIONS"] = False
    response = planted.get("/integrations")
    assert response.status_code == 500
    assert found_in(response.text) == []
    refused = planted.post(
        "/integrations/stripe", secretKey=CANARIES[0], publishableKey="pk_live_1"
    )
    assert refused.status_code == 422
    assert found_in(refused.text) == []


def test_neither_tables_nor_queue_nor_log_hold_one(planted, valkey_server, logged):
    world.run_tasks(planted.app)
    with planted.app.app_context(), db.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        dump = "\n".join(
            repr(row)
            for table in tables
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        )
    kept = [one for one in CANARIES if one != REFUSED]
    assert dump.count("enc:v1:") >= len(kept), "the one that was replaced as well"
    assert found_in(dump) == []
    with redis.Redis.from_url(valkey_server.url) as store:
        queue = "\n".join(repr((key, store.dump(key))) for key in store.scan_iter())
    assert found_in(queue) == []
    assert logged.getvalue()
    assert found_in(logged.getvalue()) == []
    assert logging.getLogger().level == logging.DEBUG
