"""The JavaScript that integrators copied from the guide works unchanged, but for host and key."""

import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from app.extensions import transaction
from app.services import events, providers
from tests import world
from tests.servers.browser import node_path

GUIDE = Path(__file__).parent / "guide"


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


@dataclass
class Integrator:
    """An integrator's server, run by Node."""

    url: str

    def post(self, path, body=None, **headers):
        return requests.post(self.url + path, json=body or {}, headers=headers, timeout=10)

    def buy(self, user="u1", amount=25, item="100 Credits", **more):
        """A customer buys; what createPaymentSession returned."""
        body = {"userId": user, "amount": amount, "itemName": item, **more}
        response = self.post("/buy", body)
        assert response.status_code == 200, response.text
        return {**response.json(), "token": response.json()["checkoutUrl"].rsplit("/", 1)[1]}

    @property
    def order(self):
        """The one order in its database."""
        (order,) = self.post("/know").json()["orders"]
        return order

    @property
    def granted(self):
        return self.post("/know").json()["granted"]


@pytest.fixture
def served(app):
    """The app on a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def start(served):
    """Starts an integrator's server with a key."""
    started = []

    def begin(key: str) -> Integrator:
        environ = {"PATH": os.environ["PATH"], "DZTECH_URL": served, "DZTECH_API_KEY": key}
        process = subprocess.Popen(
            [node_path(), GUIDE / "integrator.js"], env=environ, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return Integrator(f"http://127.0.0.1:{int(process.stdout.readline())}")

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def integrator(start, shop) -> Integrator:
    """One whose webhook handler is registered."""
    running = start(shop.key)
    with shop.inside(), transaction():
        providers.add_endpoint(
            shop.provider_id, f"{running.url}/api/webhooks/dztech", events.DEFAULT_EVENTS
        )
    return running


def test_a_session_is_created_and_stored_as_the_guide_does_it(shop, integrator):
    session = integrator.buy(user="u7", amount=19.99)
    seen = shop.see(session)
    assert seen["checkoutUrl"] == session["checkoutUrl"]
    assert (seen["amount"], seen["itemName"]) == (19.99, "100 Credits")
    order = integrator.order
    assert order["id"] == seen["externalId"]
    assert order["id"].startswith("ORDER-u7-")
    assert (order["amount"], order["dztechOrderId"]) == (19.99, session["orderId"])
    assert order["status"] == "pending"


def test_the_handler_marks_a_paid_order_paid_and_grants_access(shop, integrator):
    session = integrator.buy(user="u7", amount=25)
    shop.pay(session)
    assert integrator.order["status"] == "paid"
    assert integrator.granted == [{"userId": "u7", "amount": 25}]
    (delivery,) = shop.get("/api/webhook-deliveries").json["deliveries"]
    assert (delivery["status"], delivery["lastStatusCode"]) == ("succeeded", 200)


def test_the_handler_marks_a_declined_order_failed_and_a_second_try_paid(shop, integrator):
    session = integrator.buy(user="u7", amount=25)
    shop.choose(session, "test")
    shop.press(session, "decline")
    world.run_tasks(shop.app)
    assert integrator.order["status"] == "failed"
    assert integrator.granted == []
    shop.pay(session)
    assert integrator.order["status"] == "paid"
    assert integrator.granted == [{"userId": "u7", "amount": 25}]


def test_an_order_the_integrator_does_not_know_is_received_all_the_same(shop, integrator):
    shop.pay(shop.order(5, externalId="somebody else's"))
    (delivery,) = shop.get("/api/webhook-deliveries").json["deliveries"]
    assert delivery["status"] == "succeeded"
    assert integrator.post("/know").json() == {"orders": [], "granted": []}


def test_the_handler_turns_away_what_does_not_carry_our_header(integrator):
    body = {"event": "payment_succeeded", "externalId": "x", "amount": 1}
    assert integrator.post("/api/webhooks/dztech", body).status_code == 401


def test_the_gateway_may_be_chosen_for_each_payment(shop, integrator):
    session = integrator.buy(gateway="sandbox")
    assert shop.see(session)["gateway"] == "sandbox"


def test_our_refusals_reach_the_integrator_as_errors(start, shop, integrator):
    def refusal(one, **more):
        response = one.post("/buy", {"userId": "u1", "amount": 25, "itemName": "x", **more})
        assert response.status_code == 500
        return response.json()["error"]

    assert refusal(integrator, gateway="venmo").startswith('Invalid gateway: "venmo". Available:')
    assert refusal(integrator, amount=0) == "Invalid amount provided"
    assert refusal(integrator, amount=None) == "Amount is required"
    stranger = start("provider_" + "x" * 49)
    assert refusal(stranger) == "Invalid or inactive API key"
    assert integrator.post("/know").json()["orders"] == []
