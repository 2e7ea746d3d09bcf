"""The OpenAPI document: valid, of exactly the API's routes, and true of real answers."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from openapi_spec_validator import validate
from sqlalchemy import update

from app.blueprints.api import answers_schema, openapi, operations
from app.extensions import db, transaction
from app.kit import clock
from app.models import Delivery
from app.registry import gateways
from tests import world
from tests.conftest import BASE

INBOUND = {"inbound"}  # gateways call these, integrators never do
TABLES = {"operation.py", "operations.py", "webhook_operations.py"}
API_CODE = Path(openapi.__file__).parent


@pytest.fixture
def document(client):
    response = client.get("/api/openapi.json")
    assert response.status_code == 200
    return response.json


def routes(app) -> set[tuple[str, str]]:
    """What the app answers below /api, but for the gateways' own calls."""
    found = set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.endpoint.split(".")[0] in INBOUND:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: f"{{{camel(match[1])}}}", rule.rule)
        found |= {(method, path) for method in rule.methods - {"HEAD", "OPTIONS"}}
    return found


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def test_it_is_an_openapi_document(document):
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_it_has_exactly_the_apis_routes(app, document):
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    assert described == routes(app)


def test_it_names_this_installation(document):
    assert document["servers"] == [{"url": BASE}]


def test_every_name_of_an_operation_is_its_own(document):
    names = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert len(set(names)) == len(names)


def test_it_says_which_key_and_scope_a_call_needs(document):
    paths = document["paths"]
    assert paths["/api/orders"]["get"]["security"] == [
        {"bearer": ["payments"]},
        {"header": ["payments"]},
    ]
    assert paths["/api/orders/{orderId}/refunds"]["post"]["security"][0] == {"bearer": ["refunds"]}
    assert {} in paths["/api/payment-gateways"]["get"]["security"]
    assert paths["/api/docs"]["get"]["security"] == []


def test_the_idempotency_key_is_offered_where_it_works(document):
    offered = {
        path
        for path, item in document["paths"].items()
        for one in item.values()
        if {"$ref": "#/components/parameters/IdempotencyKey"} in one["parameters"]
    }
    assert offered == {
        "/api/create-payment-intent",
        "/api/orders/{orderId}/refunds",
        "/api/webhook-endpoints/{endpointId}/replays",
        "/api/orders/{orderId}/escrow/release",
        "/api/sellers",
    }


def test_it_offers_the_gateways_of_the_catalogue(document):
    fields = document["components"]["schemas"]["IntentRequest"]["properties"]
    assert fields["gateway"]["anyOf"][0]["enum"] == list(gateways())


def test_it_knows_no_more_refusals_than_the_code_and_no_fewer_than_its_door():
    told = {
        code for one in operations.OPERATIONS for codes in one.refusals.values() for code in codes
    }
    own = set()
    for file in API_CODE.glob("*.py"):
        if file.name not in TABLES:
            own |= set(
                re.findall(
                    r'(?:Refused|Forbidden|AppError|Unauthorized)\([^)]*?"([a-z_]+)"',
                    file.read_text(),
                )
            )
    assert own <= told, "a refusal of the API's door is not in its document"
    code = "".join(
        file.read_text() for file in API_CODE.parents[1].rglob("*.py") if file.name not in TABLES
    )
    unheard = {one for one in told if f'"{one}"' not in code}
    assert not unheard, "the document promises a refusal that nothing raises"


def calls(shop):
    """Real answers of every operation: what works and what is refused."""
    order = shop.order(19.99, externalId="A", metadata={"a": "b"})
    path = f"/api/orders/{order['orderId']}"
    yield "POST", "/api/create-payment-intent", shop.create(5, "k")
    yield "POST", "/api/create-payment-intent", shop.create(5, "k")
    yield "POST", "/api/create-payment-intent", shop.create(6, "k")
    yield "POST", "/api/create-payment-intent", shop.create("no")
    yield "POST", "/api/create-payment-intent", shop.create(5, gateway="stripe")
    yield "POST", "/api/create-payment-intent", shop.create(5, locale=5)
    yield "GET", "/api/orders/{orderId}", shop.get(path)
    yield "POST", "/api/orders/{orderId}/refunds", shop.refund(order)
    shop.pay(order)
    yield "POST", "/api/orders/{orderId}/refunds", shop.refund(order, 5)
    yield "POST", "/api/orders/{orderId}/refunds", shop.refund(order, 500)
    yield "POST", "/api/orders/{orderId}/cancel", shop.cancel(order)
    yield "POST", "/api/orders/{orderId}/cancel", shop.cancel(shop.order(7))
    yield "GET", "/api/orders/{orderId}", shop.get(path)
    yield "GET", "/api/orders/{orderId}", shop.get("/api/orders/ord_1")
    yield from escrow_calls(shop)
    yield "GET", "/api/orders", shop.get("/api/orders?limit=2")
    yield "GET", "/api/orders", shop.get("/api/orders?limit=0")
    world.run_tasks(shop.app)
    deliveries = shop.get("/api/webhook-deliveries")
    yield "GET", "/api/webhook-deliveries", deliveries
    redeliver = (
        f"/api/webhook-deliveries/{deliveries.json['deliveries'][0]['deliveryId']}/redeliver"
    )
    route = "/api/webhook-deliveries/{deliveryId}/redeliver"
    yield "POST", route, shop.post(redeliver)
    yield "POST", route, shop.post(redeliver)
    route = "/api/webhook-deliveries/{deliveryId}"
    yield "GET", route, shop.get(redeliver.removesuffix("/redeliver"))
    yield "GET", route, shop.get("/api/webhook-deliveries/dlv_1")
    yield from replay_calls(shop)
    yield "GET", "/api/payment-gateways", shop.get("/api/payment-gateways")
    yield "GET", "/api/openapi.json", shop.get("/api/openapi.json")


def replay_calls(shop):
    """Of an endpoint that gave up a delivery."""
    world.run_tasks(shop.app)
    with shop.inside(), transaction():
        db.session.execute(update(Delivery).values(status="failed"))
    route = "/api/webhook-endpoints"
    endpoints = shop.get(route)
    yield "GET", route, endpoints
    path = f"{route}/{endpoints.json['endpoints'][0]['endpointId']}/replays"
    route = "/api/webhook-endpoints/{endpointId}/replays"
    since = {"since": clock.iso(clock.now() - timedelta(hours=1))}
    started = shop.post(path, since, **{"Idempotency-Key": "r"})
    yield "POST", route, started
    yield "POST", route, shop.post(path, since, **{"Idempotency-Key": "r"})
    yield "POST", route, shop.post(path, since)
    yield "POST", route, shop.post(path, {"since": "yesterday"})
    yield "GET", "/api/webhook-endpoints", shop.get("/api/webhook-endpoints")
    path, route = f"{path}/{started.json['replayId']}", f"{route}/{{replayId}}"
    yield "GET", route, shop.get(path)
    yield "GET", route, shop.get(f"{path}x")
    yield "POST", f"{route}/cancel", shop.post(f"{path}/cancel")


def escrow_calls(shop):
    made = shop.post("/api/sellers", {"name": "Ada", "email": "ada@example.com"})
    yield "POST", "/api/sellers", made
    yield "POST", "/api/sellers", shop.post("/api/sellers", {"name": "Ada"})
    seller = f"/api/sellers/{made.json['sellerId']}"
    yield "GET", "/api/sellers/{sellerId}", shop.get(f"{seller}?sync=1")
    yield "GET", "/api/sellers/{sellerId}", shop.get("/api/sellers/sel_1")
    for back in ("https://shop.example.com/sellers", "https://shop.example.com@elsewhere.example"):
        link = shop.post(f"{seller}/onboarding-link", {"returnUrl": back})
        yield "POST", "/api/sellers/{sellerId}/onboarding-link", link
    terms = {"sellerId": made.json["sellerId"], "feePercent": "10"}
    order = shop.order(20, escrow=terms)
    shop.pay(order)
    own = f"/api/orders/{order['orderId']}"
    for verb in ("dispute", "resume", "release", "release", "dispute", "resume"):
        path = f"/api/orders/{{orderId}}/escrow/{verb}"
        yield "POST", path, shop.post(f"{own}/escrow/{verb}")
    yield "POST", "/api/orders/{orderId}/refunds", shop.refund(order, 5)
    world.run_tasks(shop.app)
    yield "GET", "/api/orders/{orderId}", shop.get(own)
    yield "POST", "/api/create-payment-intent", shop.create(5, escrow={"sellerId": "sel_1"})


def test_real_answers_are_what_it_says(app, document, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    shop = world.open_shop(app, webhook_url=httpserver.url_for("/hook"))
    schema = schemathesis.openapi.from_dict(document)
    seen = set()
    for method, path, response in calls(shop):
        schema[path][method].validate_response(schemathesis.Response.from_any(response))
        seen.add((method, path))
    assert seen == routes(app) - {("GET", "/api/docs")}


def test_real_answers_have_no_field_that_is_not_described(app, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    shop = world.open_shop(app, webhook_url=httpserver.url_for("/hook"))
    models = {(f"/api{one.path}", one.method.upper()): one.answer for one in operations.OPERATIONS}
    for method, path, response in calls(shop):
        snake = re.sub(r"Id}", "_id}", path)
        model = models[snake, method]
        if response.status_code == 200 and model is not None:
            model.model_validate(response.json, by_alias=True, by_name=False)
        elif response.status_code != 200:
            answers_schema.ErrorAnswer.model_validate(response.json)


def test_it_is_the_same_for_everybody_and_holds_no_secret(shop, document):
    again = shop.get("/api/openapi.json").json
    assert again == document
    assert shop.key not in json.dumps(document)


def test_the_page_shows_every_call_and_schema(client, document):
    response = client.get("/api/docs")
    assert (response.status_code, response.mimetype) == (200, "text/html")
    for path in document["paths"]:
        assert f"<code>{path}</code>" in response.text
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in response.text
