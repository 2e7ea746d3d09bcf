"""A no that comes after silence: what it proves about the question whose answer was lost.

Each kind of move, through the house to Stripe's fake: a refusal counts only as the answer to the
key that the move is asked for with, once a look showed nothing.
"""

import sys
import threading

import pytest

from app.services.moves import sending
from tests import world
from tests.flows.stripe_moves import KINDS, MADE, Kind, lose
from tests.flows.stripe_sellers import there

MINUTES, HOUR = 300, 3_600  # seconds


@pytest.fixture(params=KINDS)
def kind(request, stripe_shop) -> Kind:
    return KINDS[request.param](stripe_shop)


@pytest.fixture
def wait(stripe_shop, later):
    """Let the time of the next try come, and one more of what that leads to."""

    def on(seconds: float = MINUTES) -> None:
        later(seconds)
        world.run_tasks(stripe_shop.app)

    return on


def test_the_first_question_is_asked_once(stripe_shop, kind):
    """A second one behind our back may be refused, and look as if nothing had been asked."""
    lose(stripe_shop, kind, "answer")
    assert len(stripe_shop.stripe.calls(*kind.asked_at.split())) == 1


def test_a_look_that_is_refused_fails_nothing_that_was_made(stripe_shop, kind, wait):
    lose(stripe_shop, kind, "answer")
    stripe_shop.stripe.fail_next(kind.looked_at, 400)
    wait()
    assert kind.status() == "unknown"
    wait()
    assert (kind.status() in MADE, len(kind.there())) == (True, 1)


# What is refused before Stripe looks at the key, or because of the key.
NO_ANSWERS = {
    "busy": {"status": 429},
    "strange keys": {"status": 401},
    "a missing right": {"status": 403},
    "another question's key": {"status": 400, "type": "idempotency_error"},
    "still being asked": {"status": 409, "code": "idempotency_key_in_use"},
}


def test_a_no_that_is_not_the_keys_leaves_it_open(stripe_shop, kind, wait):
    lose(stripe_shop, kind, "question")
    for times, (name, refusal) in enumerate(NO_ANSWERS.items(), start=2):
        # As if a look had come too early: the first question is still on its way.
        stripe_shop.stripe.fail_next(kind.asked_at, times=2, **refusal)
        wait()
        assert kind.status() == "unknown", name
        assert len(stripe_shop.stripe.calls(*kind.asked_at.split())) == times
        stripe_shop.stripe.clear_faults()
    wait(HOUR)
    assert (kind.status() in MADE, len(kind.there())) == (True, 1)


def test_a_no_to_the_key_after_a_look_that_showed_nothing_is_definite(stripe_shop, kind, wait):
    lose(stripe_shop, kind, "question")
    stripe_shop.stripe.fail_next(kind.asked_at, 400, stored=True, message="never")
    wait()
    wait()
    assert (kind.status(), kind.there()) == ("failed", [])


def test_a_no_whose_answer_was_lost_is_heard_when_it_is_said_again(stripe_shop, wait):
    """What would be possible by now is not done under that key: Stripe says what it said."""
    kind = KINDS["transfer"](stripe_shop)
    stripe_shop.stripe.restrict(there(stripe_shop), "external_account")
    lose(stripe_shop, kind, "answer")
    stripe_shop.stripe.onboard(there(stripe_shop))
    wait()
    assert (kind.status(), kind.there()) == ("failed", [])
    assert stripe_shop.stripe.calls("POST", "/v1/transfers$")[-1].replayed


def test_a_payment_that_may_not_be_looked_at_fails_no_release(stripe_shop, wait):
    """The charge is looked up before the transfer names it: that is no answer about either."""
    kind = KINDS["transfer"](stripe_shop)
    stripe_shop.stripe.fail_next("GET /v1/payment_intents/*", 400)
    kind.begin()
    assert kind.status() == "unknown"
    wait()
    assert (kind.status(), len(kind.there())) == ("succeeded", 1)


def test_a_bank_that_comes_between_fails_no_release_that_is_under_way(stripe_shop, wait):
    """Stripe is not asked again while the bank decides, and may still finish the first ask."""
    kind = KINDS["transfer"](stripe_shop)
    with stripe_shop.stripe.hold(kind.asked_at) as gate:
        under_way = threading.Thread(target=kind.begin)
        under_way.start()
        assert gate.entered.wait(10)
        stripe_shop.stripe.open_dispute(stripe_shop.stripe.payment_intents()[-1]["id"])
        wait()  # the process that asks counts as dead by now
        assert (kind.status(), kind.there()) == ("unknown", [])
    under_way.join()
    wait()
    assert (kind.status(), len(kind.there())) == ("succeeded", 1)


def test_a_bank_that_comes_first_fails_a_release_that_was_never_asked_for(stripe_shop):
    kind = KINDS["transfer"](stripe_shop)
    stripe_shop.stripe.open_dispute(stripe_shop.stripe.payment_intents()[-1]["id"])
    kind.begin()
    assert (kind.status(), kind.there()) == ("failed", [])


def test_a_pending_refund_that_may_not_be_looked_at_is_not_failed(stripe_shop, wait):
    kind = KINDS["refund"](stripe_shop)
    stripe_shop.stripe.refund_mode = "pending"
    kind.begin()
    stripe_shop.stripe.fail_next("GET /v1/refunds/*", 400)
    wait()
    assert kind.status() == "unknown"
    (made,) = kind.there()
    stripe_shop.stripe.finish_refund(made["id"])
    wait()
    assert (kind.status(), len(kind.there())) == ("succeeded", 1)


def test_a_pending_refund_stays_pending_while_stripe_is_busy(stripe_shop, wait):
    kind = KINDS["refund"](stripe_shop)
    stripe_shop.stripe.refund_mode = "pending"
    kind.begin()
    stripe_shop.stripe.fail_next("GET /v1/refunds/*", 429, times=9)
    wait()
    assert kind.status() == "pending"


@pytest.mark.parametrize("name", ["transfer", "refund", "payout"])
def test_what_a_dying_process_asked_for_is_not_taken_for_unasked(
    stripe_shop, wait, monkeypatch, name
):
    kind = KINDS[name](stripe_shop)
    with monkeypatch.context() as dying:
        dying.setattr(sending, "_record", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            kind.begin()
    assert (kind.status(), len(kind.there())) == ("requested", 1)
    stripe_shop.stripe.fail_next(kind.looked_at, 429, times=9)
    wait()
    assert kind.status() == "unknown"
    stripe_shop.stripe.clear_faults()
    wait()
    assert (kind.status() in MADE, len(kind.there())) == (True, 1)


def test_a_payout_of_a_seller_who_has_left_since_stays_unknown(stripe_shop, wait):
    kind = KINDS["payout"](stripe_shop)
    lose(stripe_shop, kind, "answer")
    stripe_shop.stripe.leave(there(stripe_shop))
    wait()
    assert (kind.status(), len(kind.there())) == ("unknown", 1)


@pytest.mark.parametrize("name", ["reversal", "refund"])
def test_keys_of_another_account_are_no_answer(stripe_shop, wait, name):
    kind = KINDS[name](stripe_shop)
    lose(stripe_shop, kind, "answer")
    theirs = "sk_test_51AnotherAccountOfTheirs01"
    stripe_shop.stripe.account(theirs, id="acct_Theirs")
    world.connect_stripe(stripe_shop, key=theirs)
    wait()
    assert kind.status() == "unknown"
    world.connect_stripe(stripe_shop)
    wait()
    assert (kind.status(), len(kind.there())) == ("succeeded", 1)
