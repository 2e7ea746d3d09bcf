"""Schemathesis reads the API's own document and sends what it allows, and what it does not."""

import re
from collections import Counter
from itertools import product

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.blueprints.api.operations import OPERATIONS
from app.extensions import db, transaction
from app.kit import clock
from app.models import Replay, ReplayStatus
from tests import world

KEYS = {"apikey", "xapikey", "authorization"}  # in an address: refused, and tried elsewhere
ALLOWED, NOT_ALLOWED = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FUZZED = [one.name for one in OPERATIONS if one.answer is not None]
# What takes an id or nothing can be sent nothing that its schema forbids.
ONLY_ALLOWED = {
    "listPaymentGateways",
    "getWebhookDelivery",
    "listWebhookEndpoints",
    "getWebhookReplay",
}
CASES = [
    (name, mode)
    for name, mode in product(FUZZED, GenerationMode)
    if mode == ALLOWED or name not in ONLY_ALLOWED
]
FEW, MANY = 30, 1000


class Fuzzed:
    """The document as schemathesis sees it, and a shop in which some of the ids exist."""

    def __init__(self, app):
        document = app.test_client().get("/api/openapi.json").json
        self.schema = schemathesis.openapi.from_dict(without_keys(document))
        self.schema.app = app
        self.shop = world.open_shop(app, name="Fuzzed", webhook_url="http://127.0.0.1:9/hook")
        paid, gone = self.shop.order(100), self.shop.order(100)
        self.shop.pay(paid)
        self.shop.cancel(gone)
        (sent, *_) = self.shop.get("/api/webhook-deliveries").json["deliveries"]
        seller = self.shop.post("/api/sellers", {"name": "Ada", "email": "ada@example.com"}).json
        self.ids = {
            "orderId": paid["orderId"],
            "deliveryId": sent["deliveryId"],
            "endpointId": sent["endpointId"],
            "sellerId": seller["sellerId"],
            "replayId": self.replay_of(sent["endpointId"]),
        }

    def replay_of(self, endpoint_id: str) -> str:
        """One that has ended, so that another may begin."""
        with self.shop.inside(), transaction():
            moment = clock.now()
            replay = Replay(endpoint_id=endpoint_id, since=moment, until=moment, total=0)
            replay.status, replay.ended_at = ReplayStatus.finished, moment
            db.session.add(replay)
        return replay.id

    def cases(self, name: str, mode: GenerationMode):
        found = [one.ok() for one in self.schema.get_all_operations()]
        (operation,) = (one for one in found if one.definition.raw["operationId"] == name)
        return operation.as_strategy(generation_mode=mode)

    def send(self, case, *, existing: bool):
        """One case, with our key."""
        if existing and case.path_parameters:
            case.path_parameters = {name: self.ids[name] for name in case.path_parameters}
        return case.call(headers={"Authorization": f"Bearer {self.shop.key}"})


def without_keys(document):
    """Keys are tried elsewhere; here each wrong one would hide what comes after it."""
    for path in document["paths"].values():
        for operation in path.values():
            del operation["security"]
    for schema in document["components"]["schemas"].values():
        schema.get("properties", {}).pop("apiKey", None)
    del document["components"]["securitySchemes"]
    return document


@pytest.fixture(scope="module")
def fuzzed(shared_house):
    return Fuzzed(shared_house.app)


def fuzz(fuzzed, name: str, mode: GenerationMode, examples: int) -> Counter:
    """Send that many cases of one operation; the statuses that came back."""
    statuses = Counter()
    checks = [*CHECKS, negative_data_rejection] if mode == NOT_ALLOWED else CHECKS

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=fuzzed.cases(name, mode), existing=st.booleans())
    def send(case, existing):
        assume(not KEYS & {re.sub("[-_]", "", one.lower()) for one in case.query or ()})
        response = fuzzed.send(case, existing=existing)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=checks)
        assert fuzzed.shop.key not in response.text

    send()
    return statuses


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_every_answer_is_one_the_document_describes(fuzzed, name, mode):
    statuses = fuzz(fuzzed, name, mode, FEW)
    assert not statuses[401] and not statuses[429]  # these would hide everything else


@pytest.mark.soak
@pytest.mark.parametrize(("name", "mode"), CASES)
def test_every_answer_of_a_thousand_is_too(fuzzed, name, mode):
    fuzz(fuzzed, name, mode, MANY)
