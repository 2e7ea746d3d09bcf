"""Payouts that are asked for here: sent once, and shown as they end."""

import json

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit.errors import Conflict, NotFound
from app.kit.money import Money
from app.models import AuditEntry, Notice, Payout, SandboxPayout, Seller, Task
from app.services import idempotency, payouts, sellers
from app.services.idempotency import Key
from app.services.sandbox import DatabaseSellers
from tests import world
from tests.escrow import ask, held, make_seller
from tests.merchant import person


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def rich(shop) -> str:
    """A seller with 90.00 at the sandbox."""
    seller = make_seller(shop)
    ask(shop, held(shop, 100, seller), "release")
    return seller


def create(seller: str, minor: int = 5_000, key: Key | None = None) -> str:
    """Ask for a payout; its id, which is what the asker is answered."""
    money = Money(minor, "USD")
    body = payouts.create(
        seller, money, actor="ada@example.com", key=key, render=lambda made: {"id": made.id}
    )
    return str(json.loads(body)["id"])


def send(shop, seller: str, minor: int = 5_000) -> Payout:
    with shop.inside():
        payout_id = create(seller, minor)
        with reading() as session:
            return session.get_one(Payout, payout_id)


def there(shop) -> list[int]:
    with shop.inside(), reading() as session:
        return list(session.scalars(select(SandboxPayout.amount_minor)))


def letters(shop) -> list[str]:
    with shop.inside(), reading() as session:
        found = session.scalars(select(Task.args).where(Task.name == "mail.send"))
        return [one["kind"] for one in found if one["kind"] == "payout_failed"]


def test_it_leaves_the_sellers_balance_and_stands_in_their_history(shop):
    seller = rich(shop)
    made = send(shop, seller)
    assert (made.status, made.is_ours, made.money) == ("paid", True, Money(5_000, "USD"))
    with shop.inside():
        assert [one.id for one in payouts.page(seller)[0]] == [made.id]
        (left,) = payouts.balance(sellers.get(seller))
    assert (left.currency, left.available_minor) == ("USD", 4_000)
    with shop.inside(), reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "payout.requested"))
        assert entry.one().actor == "ada@example.com"


def test_more_than_there_is_fails_and_is_told(shop):
    person(shop.app, org="Acme")
    made = send(shop, rich(shop), 9_001)
    assert (made.status, made.gateway_payout_id) == ("failed", None)
    assert "does not hold that much" in made.failure
    assert (there(shop), letters(shop)) == ([], ["payout_failed"])


@pytest.mark.parametrize("lost", ["answer", "question"])
def test_without_an_answer_it_is_sent_once(shop, monkeypatch, later, lost):
    def lose(self, *args):
        if lost == "answer":
            real(self, *args)
        raise base.Unavailable("no answer")

    real, seller = DatabaseSellers.pay_out, rich(shop)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "pay_out", lose)
        assert send(shop, seller).status == "unknown"
        with pytest.raises(Conflict, match="not decided"):
            send(shop, seller)
    later(120)
    world.run_tasks(shop.app)
    assert there(shop) == [5_000]
    with shop.inside():
        assert [one.status for one in payouts.page(seller)[0]] == ["paid"]


def test_what_was_asked_for_a_day_ago_is_only_looked_for(shop, monkeypatch, later):
    def silent(*_args):
        raise base.Unavailable("no answer")

    seller = rich(shop)
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSellers, "pay_out", silent)
        send(shop, seller)
    later(86_400)
    world.run_tasks(shop.app)
    assert there(shop) == []


def test_one_of_which_nothing_is_known_is_told_once(shop, monkeypatch, later):
    def silent(*_args):
        raise base.Unavailable("no answer")

    seller = rich(shop)
    monkeypatch.setattr(DatabaseSellers, "pay_out", silent)
    made = send(shop, seller)
    for _ in range(3):
        later(86_400)
        world.run_tasks(shop.app)
    with shop.inside(), reading() as session:
        assert session.get_one(Payout, made.id).status == "unknown"
        (told,) = session.scalars(select(Notice)).all()
    assert (told.kind, told.subject) == ("payout_unknown", made.id)
    assert told.data == {"item": "Ada", "amount": "USD 50.00", "seller": seller}


def test_asked_for_twice_with_one_key_it_is_one_payout(shop):
    seller = rich(shop)
    with shop.inside():
        key = Key(shop.provider_id, "payout", "k", "hash")
        made = create(seller, 1_000, key)
        assert made in idempotency.look(key).body.decode()
        with pytest.raises(Conflict, match="key is in use"):
            create(seller, 1_000, key)
    assert there(shop) == [1_000]


def test_one_whom_the_gateway_does_not_pay_out_is_refused(shop):
    seller = rich(shop)
    with shop.inside(), transaction():
        db.session.get_one(Seller, seller).payouts_enabled = False
    with pytest.raises(Conflict, match="does not pay this seller out"):
        send(shop, seller)
    with pytest.raises(NotFound):
        send(shop, "sel_nobody")


def test_another_organizations_seller_is_nobody(shop):
    seller = rich(shop)
    other = world.open_shop(shop.app, org="Other")
    with pytest.raises(NotFound):
        send(other, seller)
