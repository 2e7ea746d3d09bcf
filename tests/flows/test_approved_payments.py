"""Payments that a customer approves and we take: once, and not after their order has ended."""

import sys
import types

import pytest
from sqlalchemy import select

import app.registry as registry
from app.adapters.gateways import actions, base
from app.extensions import reading, transaction
from app.models import Payment
from app.registry.spec import Field, GatewaySpec, Method, Spec
from app.services import credentials, payments
from app.services.credentials import Scope
from tests import world


class Company:
    """What happened at the company, and what it is about to do."""

    def __init__(self):
        self.approved, self.taken, self.asked = set(), [], 0
        self.silent = False  # the next capture is not answered
        self.meanwhile = lambda: None  # while it is asked to end a payment


class Approving(base.Plain):
    """A company that lets customers approve, and waits for us to take the money."""

    name = "approving"
    test_mode = True
    methods = ("wallet", "card")
    company = Company()

    def __init__(self, credentials):
        pass

    def create_payment(self, request):
        url = f"https://wallet.example/{request.payment_id}"
        return base.Created(f"w-{request.payment_id}", action=actions.Redirect(url))

    find_payment = create_payment

    def retrieve_payment(self, gateway_ref):
        if gateway_ref in self.company.taken:
            return base.Snapshot("succeeded", paid_minor=700, currency="EUR", test_mode=True)
        return base.Snapshot("pending", is_approved=gateway_ref in self.company.approved)

    def complete_payment(self, gateway_ref, request):
        self.company.asked += 1
        if self.company.silent:
            self.company.silent = False
            raise base.Unavailable("no answer")
        if gateway_ref not in self.company.taken:
            self.company.taken.append(gateway_ref)
        return self.retrieve_payment(gateway_ref)

    def cancel_payment(self, gateway_ref):
        self.company.meanwhile()
        return base.Snapshot("cancelled")

    def can_read_events(self):
        return True

    def read_event(self, call):
        raise {b"busy": base.Busy, b"keys": base.Misconfigured}.get(call.body, base.Unavailable)(
            "nobody can say"
        )


@pytest.fixture
def company(monkeypatch):
    module = types.ModuleType("app.adapters.gateways.approving")
    module.Approving = Approving
    monkeypatch.setitem(sys.modules, "app.adapters.gateways.approving", module)
    monkeypatch.setattr(Approving, "company", Company())
    spec = Spec(
        "approving",
        "Approving",
        "Payments",
        (Field("key", "Key", ("APPROVING_KEY",), "secret", required=True),),
        GatewaySpec(
            "approving:Approving",
            "Approving",
            (Method("wallet", "Wallet"), Method("card", "Card")),
            creates_at="pay",
        ),
    )
    monkeypatch.setitem(registry.SERVICES, "approving", spec)
    return Approving.company


@pytest.fixture
def shop(company, make_app):
    return world.open_shop(make_app(APPROVING_KEY="x"), gateway="approving")


def test_the_page_offers_what_the_merchants_own_account_can(company, make_app):
    shop = world.open_shop(make_app(), gateway="approving")
    with shop.inside(), transaction():
        scope = Scope("organization", shop.org_id)
        credentials.save("approving", scope, {"key": "mine"}, actor="test")
    order = shop.order("7.00", currency="EUR")
    page = shop.app.test_client().get(f"/checkout/o/{order['token']}")
    assert (page.status_code, page.text.count('name="method"')) == (200, 2)


def chosen(shop, method: str = "wallet", **fields):
    order = shop.order("7.00", currency="EUR", **fields)
    assert shop.choose(order, method).status_code == 303
    return order


def ref_of(shop, order, number: int = -1) -> str:
    return shop.see(order)["payments"][number]["gatewayPaymentId"]


def ask_about_all(shop) -> None:
    """As the gateway's calls make us ask: about every payment, whatever became of it."""
    with shop.inside():
        with reading() as session:
            ids = session.scalars(select(Payment.id)).all()
        for one in ids:
            payments.ask(one)


def test_what_is_approved_is_taken_when_the_customer_comes_back(shop, company):
    order = chosen(shop)
    company.approved.add(ref_of(shop, order))
    shop.come_back(order)
    shop.come_back(order)
    assert shop.see(order)["status"] == "paid"
    assert len(company.taken) == 1


def test_a_capture_without_an_answer_is_asked_about_and_counts_once(shop, company, later):
    order = chosen(shop)
    company.approved.add(ref_of(shop, order))
    company.silent = True
    shop.come_back(order)
    assert shop.see(order)["status"] == "processing"
    later(61)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "paid"
    assert (len(company.taken), company.asked) == (1, 2)


@pytest.mark.parametrize("end", ["cancelled", "expired", "superseded"])
def test_what_is_approved_after_its_order_has_ended_is_never_taken(shop, company, later, end):
    order = chosen(shop, expiresIn=300)
    first = ref_of(shop, order)
    if end == "cancelled":
        assert shop.cancel(order).status_code == 200
    elif end == "expired":
        later(301)
        world.sweep_and_run(shop.app)
    else:
        assert shop.choose(order, "card").status_code == 303
    company.approved.add(first)
    shop.come_back(order)
    shop.see(order, sync=True)
    ask_about_all(shop)
    later(3700)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == ("expired" if end != "cancelled" else "cancelled")
    assert (company.taken, company.asked) == ([], 0)


def test_what_is_approved_after_the_deadline_is_not_taken_before_it_expires_here(
    shop, company, later
):
    order = chosen(shop, expiresIn=300)
    company.approved.add(ref_of(shop, order))
    later(301)  # and nobody has looked at the clock yet
    shop.come_back(order)
    assert shop.see(order)["status"] == "pending"
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    assert (company.taken, company.asked) == ([], 0)


def test_an_order_whose_money_is_being_taken_is_not_cancelled_meanwhile(shop, company, later):
    order = chosen(shop)
    company.approved.add(ref_of(shop, order))
    company.silent = True
    company.meanwhile = lambda: shop.come_back(order)  # after we have asked, before it answers
    assert shop.cancel(order).status_code == 409
    later(61)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["payments"][0]["status"]) == ("paid", "succeeded")
    assert len(company.taken) == 1


@pytest.mark.parametrize("body", [b"silent", b"busy", b"keys"])
def test_a_call_that_nobody_can_verify_now_is_to_be_sent_again(shop, body):
    response = shop.app.test_client().post("/api/webhooks/approving", data=body)
    assert (response.status_code, response.json["code"]) == (502, "unverifiable")
