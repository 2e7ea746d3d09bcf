"""Money moved or not, nobody knows, and the company shows nothing of it: the key that could still
make it is forgotten, so a person's word ends it, and not before."""

import re
from contextlib import suppress

import pytest
from sqlalchemy import select, update

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.models import AuditEntry, Event, Notice, Payout, Refund, Release, Reversal, Task
from app.services import escrow, moves, payouts, refunds
from app.services.escrow import fetching
from app.services.orders import mending
from tests import world
from tests.flows.stripe_moves import KINDS, MADE, Kind, lose

ADA = "ada@example.com"
MINUTES, DAY = 300, 86_400  # seconds
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


def test_what_is_asked_for_late_is_lost_a_day_after_that(stripe_shop, kind, row, say, wait):
    """The keys were refused for days: nothing was asked for until they were put right."""
    stripe_shop.stripe.fail_next(kind.asked_at, 401, times=99)
    kind.begin()
    wait(2 * DAY)
    assert kind.status() == "requested"
    stripe_shop.stripe.clear_faults()
    stripe_shop.stripe.drop_before_commit(kind.asked_at)
    wait(DAY)
    stripe_shop.stripe.fail_next(kind.asked_at, 429, times=9)
    wait(MINUTES)
    with pytest.raises(Conflict, match="ask again"):
        say()
    stripe_shop.stripe.clear_faults()
    wait(3600)
    assert (kind.status() in MADE, len(kind.there())) == (True, 1), "its key is fresh"


def test_what_was_found_once_is_not_lost_any_more(stripe_shop, wait):
    kind = KINDS["refund"](stripe_shop)
    stripe_shop.stripe.refund_mode = "pending"
    lose(stripe_shop, kind, "answer")
    with stripe_shop.inside(), transaction():
        db.session.execute(update(Refund).values(no_trace_at=clock.now()))
    wait(MINUTES)
    assert kind.status() == "pending"
    stripe_shop.stripe.drop_before_commit("GET /v1/refunds/*", times=9)
    wait(MINUTES)
    assert kind.status() == "unknown"
    with stripe_shop.inside(), reading() as session:
        refund = session.scalars(select(Refund)).one()
    with stripe_shop.inside(), pytest.raises(Conflict, match="ask again"):
        refunds.decide(refund.order_id, refund.id, moves.NOT_MADE, actor=ADA)


def test_while_its_key_may_still_make_it_nobodys_word_counts(stripe_shop, kind, say, wait):
    silence(stripe_shop, kind)
    kind.begin()
    for hours in (1, 21):
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
    with pytest.raises(Conflict) as refused:
        say()
    assert refused.value.code == "being_asked"
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


def crash(shop, kind, wait, monkeypatch, name: str = "_answer") -> None:
    """Ask for it, and have that go wrong on our side until the tries are used up."""
    with monkeypatch.context() as broken:
        broken.setattr(moves.sending, name, lambda *_: 1 / 0)
        with suppress(ZeroDivisionError, AssertionError):  # whoever asked sees an error
            kind.begin()
        for _ in range(20):
            wait(3600)


def notices(shop) -> list[str]:
    with shop.inside(), reading() as session:
        return list(session.scalars(select(Notice.kind)))


def test_a_task_that_always_crashes_leaves_it_unknown_and_tells_once(
    stripe_shop, kind, row, wait, monkeypatch
):
    crash(stripe_shop, kind, wait, monkeypatch)
    assert (row().status, "operator" in row().failure) == ("unknown", True)
    (told,) = notices(stripe_shop)
    assert re.fullmatch(r"\w+_unknown", told)


def test_what_crashed_after_it_was_made_is_found_by_itself_once_that_is_mended(
    stripe_shop, kind, row, wait, monkeypatch
):
    crash(stripe_shop, kind, wait, monkeypatch, "_record")
    assert (row().status, len(kind.there())) == ("unknown", 1)
    wait(DAY)
    assert (row().status in MADE, len(kind.there())) == (True, 1)


def test_what_crashed_is_asked_about_at_once_when_a_person_wants_to_know(
    stripe_shop, kind, row, wait, monkeypatch
):
    crash(stripe_shop, kind, wait, monkeypatch, "_record")
    ask_again(stripe_shop, row())
    wait(60)
    assert (row().status in MADE, len(kind.there())) == (True, 1)


def test_a_refund_for_which_all_is_here_and_that_does_not_go_on_is_shown(
    stripe_shop, wait, monkeypatch
):
    kind = KINDS["reversal"](stripe_shop)
    with monkeypatch.context() as broken:
        broken.setattr(fetching, "_go_on", lambda _refund: 1 / 0)
        kind.begin()
        for _ in range(20):
            wait(3600)
    (order,) = stripe_shop.get("/api/orders").json["orders"]
    assert (kind.status(), order["attention"]) == ("succeeded", "reversal_unknown")
    with stripe_shop.inside():
        mending.ask_again(order["orderId"], actor=ADA)
    wait(60)
    (order,) = stripe_shop.get("/api/orders").json["orders"]
    assert (order["status"], order["attention"]) == ("partially_refunded", None)


@pytest.fixture
def said(stripe_shop):
    """A payout that somebody says was not made, although it was."""
    kind = KINDS["payout"](stripe_shop)
    lose(stripe_shop, kind, "answer")
    with stripe_shop.inside(), transaction():
        db.session.execute(update(Payout).values(no_trace_at=clock.now(), asking_since=None))
    with stripe_shop.inside(), reading() as session:
        payout = session.scalars(select(Payout)).one()
    with stripe_shop.inside():
        payouts.decide(payout.seller_id, payout.id, actor=ADA)
    assert kind.status() == "failed"
    return kind


def test_on_a_persons_word_no_bank_is_blamed(stripe_shop, said):
    with stripe_shop.inside(), reading() as session:
        about = select(AuditEntry.action).where(AuditEntry.action.startswith("payout."))
        assert session.scalars(about).all() == ["payout.requested", "payout.said_not_made"]
        assert session.scalars(select(Task).where(Task.name == "mail.send")).all() == []
    assert notices(stripe_shop) == ["payout_unknown"]


@pytest.mark.parametrize("end", ["paid", "failed"])
def test_a_payout_that_shows_up_after_all_outdoes_the_word(stripe_shop, said, end):
    stripe_shop.stripe.finish_payout(said.there()[0]["id"], end)
    event = stripe_shop.stripe.last_event(f"payout.{end}")
    for _twice in range(2):
        assert stripe_shop.tell(event).status_code == 200
        world.run_tasks(stripe_shop.app)
    assert said.status() == end
    with stripe_shop.inside(), reading() as session:
        told = session.scalars(select(Event.type).where(Event.type.startswith("payout"))).all()
    assert told == ["payout_failed", *(["payout_paid"] if end == "paid" else [])]
