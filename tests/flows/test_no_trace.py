"""Money moved or not, nobody knows, and the company shows nothing of it: the key that could still
make it is forgotten, so a person's word ends it, and not before."""

import re
from contextlib import suppress

import pytest
from sqlalchemy import select, update

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.models import AuditEntry, Notice, Payout, Refund, Release, Reversal, Task
from app.services import escrow, moves, payouts, refunds
from app.services.orders import mending
from tests import world
from tests.flows.stripe_moves import KINDS, MADE, Kind, lose

ADA = "ada@example.com"
DAY = 86_400  # seconds
ROWS = {"transfer": Release, "reversal": Reversal, "refund": Refund, "payout": Payout}


def decide(kind: Kind, owner: str, move_id: str) -> None:
    if kind.name == "refund":
        refunds.decide(owner, move_id, moves.NOT_MADE, actor=ADA)
    elif kind.name == "payout":
        payouts.decide(owner, move_id, actor=ADA)
    elif kind.name == "transfer":
        escrow.decide_release(owner, move_id, actor=ADA)
    else:
        escrow.decide_reversal(owner, move_id, actor=ADA)


def ask_again(shop, row) -> None:
    with shop.inside():
        if isinstance(row, Payout):
            payouts.ask_again(row.seller_id, row.id)
        else:
            mending.ask_again(row.order_id, actor=ADA)


@pytest.fixture(params=KINDS)
def kind(request, stripe_shop) -> Kind:
    return KINDS[request.param](stripe_shop)


@pytest.fixture
def row(stripe_shop, kind):
    """The move as it is stored, newest first."""

    def look():
        with stripe_shop.inside(), reading() as session:
            model = ROWS[kind.name]
            return session.scalars(select(model).order_by(model.id.desc())).first()

    return look


@pytest.fixture
def say(stripe_shop, kind, row):
    """A person says that it was not made."""

    def not_made(owner: str | None = None) -> None:
        one = row()
        mine = one.seller_id if kind.name == "payout" else one.order_id
        with stripe_shop.inside():
            decide(kind, owner or mine, one.id)

    return not_made


@pytest.fixture
def wait(stripe_shop, later):
    def on(seconds: float) -> None:
        later(seconds)
        world.run_tasks(stripe_shop.app)

    return on


def silence(shop, kind) -> None:
    """Nothing arrives at Stripe any more, neither questions nor looks."""
    shop.stripe.drop_before_commit(kind.asked_at, times=99)
    shop.stripe.drop_before_commit(kind.looked_at, times=99)


def test_after_a_day_that_shows_nothing_it_is_over_and_can_be_asked_for_anew(
    stripe_shop, kind, row, say, wait
):
    silence(stripe_shop, kind)
    kind.begin()
    stripe_shop.stripe.clear_faults()
    wait(DAY)
    assert (kind.status(), kind.there()) == ("unknown", []), "its key may be forgotten: not asked"
    for _twice in range(2):
        say()
    assert (row().status, kind.there()) == ("failed", [])
    assert "it was not made" in row().failure
    with stripe_shop.inside(), reading() as session:
        told = session.scalars(
            select(AuditEntry.actor).where(AuditEntry.action.contains("said_not"))
        )
        assert list(told) == [ADA]
    kind.begin()
    assert (row().status in MADE, len(kind.there())) == (True, 1)


@pytest.mark.parametrize("hours", [1, 22])
def test_while_its_key_may_still_make_it_nobodys_word_counts(stripe_shop, kind, say, wait, hours):
    silence(stripe_shop, kind)
    kind.begin()
    wait(hours * 3600)
    with pytest.raises(Conflict) as refused:
        say()
    assert (refused.value.code, kind.status()) == ("not_decided", "unknown")


def test_silence_is_no_proof_of_nothing(stripe_shop, kind, say, wait):
    silence(stripe_shop, kind)
    kind.begin()
    wait(2 * DAY)
    with pytest.raises(Conflict, match="ask again"):
        say()


def test_what_shows_up_in_time_is_not_said_away(stripe_shop, kind, row, say, wait):
    lose(stripe_shop, kind, "answer")
    wait(DAY)
    assert (kind.status() in MADE, len(kind.there())) == (True, 1)
    with pytest.raises(Conflict) as refused:
        say()
    assert refused.value.code == "move_decided"


def test_an_answer_that_is_being_fetched_comes_first(stripe_shop, kind, row, say, wait):
    silence(stripe_shop, kind)
    kind.begin()
    stripe_shop.stripe.clear_faults()
    wait(DAY)
    with stripe_shop.inside(), transaction():
        db.session.execute(update(ROWS[kind.name]).values(asking_since=clock.now()))
    with pytest.raises(Conflict, match="ask again"):
        say()
    wait(3600)
    say()
    assert row().status == "failed"


def test_it_is_said_where_it_belongs(stripe_shop, kind, say, wait):
    silence(stripe_shop, kind)
    kind.begin()
    stripe_shop.stripe.clear_faults()
    wait(DAY)
    with pytest.raises(NotFound):
        say("ord_none")


def test_a_task_that_always_crashes_leaves_it_unknown_and_tells(
    stripe_shop, kind, row, wait, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr(moves.sending, "_answer", lambda _claimed: 1 / 0)
        with suppress(ZeroDivisionError, AssertionError):  # whoever asked sees an error
            kind.begin()
        for _ in range(25):
            wait(3 * 3600)
    with stripe_shop.inside(), reading() as session:
        given_up = select(Task.name).where(Task.dead_at.is_not(None))
        assert len(session.scalars(given_up).all()) == 1
        (notice,) = session.scalars(select(Notice.kind))
    assert re.fullmatch(r"\w+_unknown", notice)
    assert (row().status, "operator" in row().failure) == ("unknown", True)
    ask_again(stripe_shop, row())
    world.run_tasks(stripe_shop.app)
    assert row().is_lost


def test_a_payout_that_shows_up_after_all_outdoes_the_word(stripe_shop, wait):
    kind = KINDS["payout"](stripe_shop)
    lose(stripe_shop, kind, "answer")
    with stripe_shop.inside(), transaction():
        db.session.execute(update(Payout).values(no_trace_at=clock.now(), asking_since=None))
    with stripe_shop.inside(), reading() as session:
        payout = session.scalars(select(Payout)).one()
    with stripe_shop.inside():
        payouts.decide(payout.seller_id, payout.id, actor=ADA)
    assert kind.status() == "failed"
    made = kind.there()[0]
    stripe_shop.stripe.finish_payout(made["id"])
    event = stripe_shop.stripe.last_event("payout.paid")
    assert stripe_shop.tell(event).status_code == 200
    world.run_tasks(stripe_shop.app)
    assert kind.status() == "paid"
