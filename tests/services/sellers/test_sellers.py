"""Sellers: opened once, bound to the account they were opened under, seen by their provider."""

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.adapters.gateways.sandbox.sellers import SandboxMarketplace
from app.adapters.gateways.stripe.marketplace import StripeMarketplace
from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import SandboxSeller, Seller
from app.services import credentials, sellers
from app.services.credentials import Scope
from app.services.sandbox import DatabaseSellers
from app.services.sellers.standing import record
from tests import world
from tests.escrow import make_seller

ADA = {"name": "Ada", "email": "ada@example.com", "externalId": "S-7", "country": "PT"}


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def accounts(shop) -> int:
    """How many the sandbox opened."""
    with shop.inside(), reading() as session:
        return len(session.scalars(select(SandboxSeller)).all())


def look(shop, seller_id, *, sync=False):
    return shop.get(f"/api/sellers/{seller_id}{'?sync=1' if sync else ''}")


def test_a_seller_of_the_sandbox_is_ready_at_once(shop):
    made = shop.post("/api/sellers", ADA)
    assert made.status_code == 200
    assert (made.json["status"], made.json["payoutsEnabled"]) == ("ready", True)
    assert (made.json["externalId"], made.json["country"]) == ("S-7", "PT")
    assert look(shop, made.json["sellerId"]).json == made.json


def test_one_key_opens_one_account(shop):
    key = {"Idempotency-Key": "ada"}
    one, two = shop.post("/api/sellers", ADA, **key), shop.post("/api/sellers", ADA, **key)
    assert one.data == two.data
    assert accounts(shop) == 1


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_without_an_answer_the_seller_is_kept_and_opened_once(shop, monkeypatch, later, lost):
    def lose(self, request):
        if lost == "answer":
            real(self, request)
        raise base.Unavailable("no answer")

    real = DatabaseSellers.open_seller
    key = {"Idempotency-Key": "ada"}
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "open_seller", lose)
        made = shop.post("/api/sellers", ADA, **key)
    assert (made.status_code, made.json["code"]) == (502, "gateway_unavailable")
    again = shop.post("/api/sellers", ADA, **key)
    assert (again.status_code, again.json["sellerId"]) == (200, made.json["sellerId"])
    later(60)
    world.run_tasks(shop.app)
    assert accounts(shop) == 1


def test_the_task_opens_what_nobody_asks_for_again(shop, monkeypatch, later):
    def silent(*_args):
        raise base.Unavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "open_seller", silent)
        made = shop.post("/api/sellers", ADA).json
    assert look(shop, made["sellerId"]).json["status"] == "created"
    later(60)
    world.run_tasks(shop.app)
    assert look(shop, made["sellerId"]).json["status"] == "ready"


def test_after_a_day_without_an_answer_nothing_is_asked_and_somebody_has_to_look(
    shop, monkeypatch, later
):
    def silent(*_args):
        raise base.Unavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "open_seller", silent)
        made = shop.post("/api/sellers", ADA).json["sellerId"]
    later(23 * 3_600 + 1)
    world.run_tasks(shop.app)
    assert accounts(shop) == 0
    with shop.inside():
        found = sellers.get(made)
    assert found.status == "failed"
    assert found.failure.startswith("no answer for a day: look")


def test_one_whom_the_gateway_declines_has_failed(shop, monkeypatch):
    def refuse(*_args):
        raise base.Impossible("not in this country")

    monkeypatch.setattr(DatabaseSellers, "open_seller", refuse)
    made = shop.post("/api/sellers", ADA)
    assert (made.status_code, made.json["error"]) == (
        402,
        "The gateway declined: not in this country",
    )


@pytest.mark.parametrize("missing", ["name", "email"])
def test_a_name_and_an_address_are_needed(shop, missing):
    answer = shop.post("/api/sellers", {k: v for k, v in ADA.items() if k != missing})
    assert (answer.status_code, answer.json["field"]) == (400, missing)


@pytest.mark.parametrize("name", ["  ", "Ada\nBcc: eve@example.com", "Ada\x1b[2J", "\u2028"])
def test_a_name_stands_on_one_line(shop, name):
    answer = shop.post("/api/sellers", {**ADA, "name": name})
    assert (answer.status_code, answer.json["field"]) == (400, "name")


def test_a_name_is_kept_without_spaces_around_it(shop):
    made = shop.post("/api/sellers", {**ADA, "name": " Ada Lovelace "})
    with shop.inside():
        assert sellers.get(made.json["sellerId"]).name == "Ada Lovelace"


def test_another_provider_does_not_see_them(shop):
    seller = make_seller(shop)
    other = world.open_shop(shop.app, org="Acme", name="Other")
    assert look(other, seller).status_code == 404
    assert other.post(f"/api/sellers/{seller}/onboarding-link").status_code == 404


def test_it_takes_the_scope_for_payouts(on_both):
    shop = world.open_shop(on_both, scopes=("payments", "refunds"))
    for answer in (shop.post("/api/sellers", ADA), look(shop, "sel_1")):
        assert (answer.status_code, answer.json["error"]) == (403, "Key lacks scope: payouts")


def test_the_link_leads_back_where_the_provider_wants(shop):
    path = f"/api/sellers/{make_seller(shop)}/onboarding-link"
    answer = shop.post(path, {"returnUrl": "https://shop.example.com/done"})
    assert answer.json["expiresAt"] is None
    came = shop.app.test_client().get(answer.json["url"])  # the sandbox has nothing to ask
    assert 'href="https://shop.example.com/done" rel="noreferrer"' in came.text
    assert shop.post(path, {"returnUrl": "javascript:alert(1)"}).status_code == 400


# --- what the gateway says since


def say(shop, seller_id, status):
    with shop.inside():
        there = sellers.get(seller_id).gateway_seller_id
        record(seller_id, base.SellerState(there, status), clock.now())
        return sellers.get(seller_id).status


def test_one_who_was_ready_and_is_not_any_more_is_restricted(shop):
    seller = make_seller(shop)
    assert say(shop, seller, "pending") == "restricted"
    assert say(shop, seller, "restricted") == "restricted"
    assert say(shop, seller, "ready") == "ready"


def gone(*_args):
    raise base.Missing("no such account")


def test_one_whose_account_is_gone_is_closed_until_it_is_shown_again(shop, monkeypatch):
    seller = make_seller(shop)
    asked_before = clock.now()
    monkeypatch.setattr(SandboxMarketplace, "retrieve_seller", gone)
    assert look(shop, seller, sync=True).json["status"] == "closed"
    with shop.inside():
        there = sellers.get(seller).gateway_seller_id
        record(seller, base.SellerState(there, "ready"), asked_before)
    assert look(shop, seller).json["status"] == "closed", "that was asked before it was gone"
    assert say(shop, seller, "ready") == "ready"


def test_one_whose_account_is_gone_is_not_held_for(shop, monkeypatch):
    seller = make_seller(shop)
    monkeypatch.setattr(SandboxMarketplace, "retrieve_seller", gone)
    look(shop, seller, sync=True)
    answer = shop.create(20, escrow={"sellerId": seller})
    assert (answer.status_code, answer.json["code"]) == (400, "escrow_unavailable")


@pytest.fixture
def stripe_shop(on_both):
    """Keys that Stripe took as those of `acct_ours`."""
    shop = world.open_shop(on_both, gateway="stripe")
    world.connect_stripe(shop)
    note_account(shop, "acct_ours")
    return shop


def note_account(shop, account: str) -> None:
    with shop.inside(), transaction():
        found = credentials.stored("stripe", Scope("organization", shop.org_id))
        credentials.note_accepted(found, account)


def seller_of(shop, account: str | None) -> str:
    made = Seller(
        provider_id=shop.provider_id,
        name="Ada",
        email="ada@example.com",
        gateway="stripe",
        scope_kind="organization",
        scope_owner=shop.org_id,
        account=account,
        test_mode=True,
        status="ready",
        gateway_seller_id="acct_ada",
    )
    with shop.inside(), transaction():
        db.session.add(made)
        return made.id


def test_keys_of_another_account_are_not_asked_about_a_seller(stripe_shop, monkeypatch):
    monkeypatch.setattr(StripeMarketplace, "retrieve_seller", gone)
    seller = seller_of(stripe_shop, "acct_ours")
    note_account(stripe_shop, "acct_theirs")
    answer = look(stripe_shop, seller, sync=True)
    assert (answer.status_code, answer.json["code"]) == (502, "gateway_misconfigured")
    assert look(stripe_shop, seller).json["status"] == "ready"
    answer = stripe_shop.create(20, escrow={"sellerId": seller})
    assert (answer.status_code, answer.json["code"]) == (400, "escrow_unavailable")


def test_a_sellers_account_is_noted_once_a_good_answer_shows_it(stripe_shop):
    seller = seller_of(stripe_shop, None)
    say(stripe_shop, seller, "ready")
    note_account(stripe_shop, "acct_theirs")
    say(stripe_shop, seller, "ready")
    with stripe_shop.inside():
        assert sellers.get(seller).account == "acct_ours"


def test_one_of_another_mode_or_scope_is_not_held_for(shop):
    seller = make_seller(shop)
    for name, value in (("test_mode", False), ("scope_owner", "org_other")):
        with shop.inside(), transaction():
            row = db.session.get_one(Seller, seller)
            before, _ = getattr(row, name), setattr(row, name, value)
        answer = shop.create(20, escrow={"sellerId": seller})
        assert (answer.status_code, answer.json["code"]) == (400, "escrow_unavailable")
        with shop.inside(), transaction():
            setattr(db.session.get_one(Seller, seller), name, before)
    assert shop.create(20, escrow={"sellerId": seller}).status_code == 200
