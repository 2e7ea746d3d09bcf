"""A walk through all that may happen to held money: after each step the books, our rows and the
sandbox's own ledger say what the model says."""

import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import delete, select, text, update

from app.adapters.gateways import base
from app.extensions import db, transaction
from app.jobs.drain import Drainer
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.money import Money
from app.models import Hold, Payment, SandboxPayment, Seller, Task
from app.services import (
    escrow,
    intents,
    moves,
    orders,
    payments,
    refunds,
    sellers,
    sweep,
    tasks,
)
from app.services.api_keys import Caller
from app.services.ledger import verify
from tests import world
from tests.flows.escrow_walk.border import CLEAR, WEATHERS, Border
from tests.flows.escrow_walk.model import Model

__all__ = ["START", "Walk"]

START = datetime(2030, 1, 1, tzinfo=UTC)
HOUR, DAY = 3_600, 86_400
RATES = [1_250, 750, 333, 1, 5_000, 0, 9_999, 10_000]  # hundredths of a percent
WEATHER = st.sampled_from([*WEATHERS, CLEAR, "deaf", "silent"])
# Parts of what there is, so that most of what is asked for can be had.
PART = st.sampled_from(["all", "half", "third", "one", "too much"])
HAPPENINGS = ["argue", "argue", "argue", "payout", "payout", "news", "bank"]
DECIDE = {
    "release": escrow.decide_release,
    "reversal": escrow.decide_reversal,
    "refund": partial(refunds.decide, word=moves.NOT_MADE),
}
STATES = {"requested": "going", "unknown": "going", "succeeded": "done", "failed": "failed"}

LOOKS = {
    "lines": text(
        "SELECT j.id, l.debit, l.credit, l.amount_minor FROM ledger_journals j "
        "LEFT JOIN ledger_lines l ON l.journal_id = j.id WHERE j.order_id = :order ORDER BY l.id"
    ),
    "rows": text(
        "SELECT h.status, h.release_at, h.seconds_left, p.refunded_minor, p.reserved_minor, "
        "s.refunded_minor AS given_back FROM holds h JOIN payments p ON p.id = h.payment_id "
        "JOIN sandbox_payments s ON s.id = p.gateway_payment_id WHERE h.order_id = :order"
    ),
    "stopped": text(
        "SELECT coalesce(failure, '') LIKE 'stopped:%' AS is_stopped FROM refunds "
        "WHERE order_id = :order ORDER BY id"
    ),
    "sent": text(
        "SELECT coalesce(sum(amount_minor), 0), coalesce(sum(reversed_minor), 0) "
        "FROM sandbox_transfers WHERE payment_id = :there"
    ),
    "released": text(
        "SELECT amount_minor, fee_minor, cause, status FROM releases "
        "WHERE order_id = :order ORDER BY id"
    ),
    "all fee": text(
        "SELECT count(*) AS done FROM reversals WHERE order_id = :order "
        "AND amount_minor = fee_minor AND status = 'succeeded'"
    ),
}
# What is not decided, and the key it is asked for with.
UNDECIDED = text(
    " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, id, '{kind}-' || id AS key FROM {kind}s "
        "WHERE order_id = :order AND status IN ('requested', 'unknown')"
        for kind in ("release", "reversal", "refund")
    )
)
BROKEN = text("SELECT name, last_error FROM tasks WHERE last_error IS NOT NULL")


def part_of(whole: int, part: str) -> int | None:
    """Minor units; None is how one asks for all."""
    return {
        "all": None,
        "half": max(1, whole // 2),
        "third": max(1, whole // 3),
        "one": 1,
        "too much": whole + 1,
    }[part]


class Walk(RuleBasedStateMachine):
    """One order and its seller, in a database that many walks share."""

    shop: world.Shop
    border: Border
    clock: time_machine.Traveller
    drainer: Drainer
    met: Counter[str]
    sellers: list[Seller]

    model: Model | None = None

    # --- what may happen

    @initialize(
        paid=st.sampled_from([1_001, 2_000, 99, 7, 1]),
        bps=st.sampled_from(RATES),
        days=st.sampled_from([1, None, 5, 14]),
        freed=st.sampled_from([[], ["half"], ["third", "half"], ["half", "all"]]),
    )
    def pay(self, paid, bps, days, freed):
        self.clock.move_to(START, tick=False)
        self.border.start()
        with self.shop.inside():
            self._forget_walks_before()
            self._open(paid, escrow.Terms(self._seller(), bps, days))
        date = clock.after(days * DAY) if days else None
        self.model = Model(paid, bps, date)
        self._follow()
        for part in freed:
            self.release(part, CLEAR)

    def _forget_walks_before(self) -> None:
        """Their news and letters; and where one was cut short, its clock."""
        alone = {"synchronize_session": False}
        with transaction():
            db.session.execute(delete(Task), execution_options=alone)
            db.session.execute(
                update(Hold).where(Hold.next_check_at.is_not(None)).values(next_check_at=None),
                execution_options=alone,
            )

    def _seller(self) -> str:
        """One whose account is empty: of a walk before, or a new one."""
        if not self.sellers:
            wanted = sellers.Wanted("Ada", "ada@example.com")
            sellers.create(
                self._caller(), wanted, render=lambda one: self.sellers.append(one) or {}
            )
        self.seller = self.sellers.pop()
        return self.seller.id

    def _caller(self) -> Caller:
        return Caller(
            "key", self.shop.provider_id, self.shop.org_id, "Bitloader", (), None, False, None, True
        )

    def _open(self, paid: int, terms: escrow.Terms) -> None:
        made = []
        intents.create(
            self._caller(),
            intents.Wanted(Money(paid, "USD"), escrow=terms),
            None,
            lambda one: made.append(one.order.id) or {},
            lambda *_: {},
        )
        self.order_id = made[0]
        with transaction():
            of_order = select(Payment).where(Payment.order_id == self.order_id)
            payment = db.session.scalars(of_order).one()
            there = db.session.get_one(SandboxPayment, payment.gateway_payment_id)
            there.status, there.paid_at = "succeeded", clock.now()
            self.payment_id, self.there_id = payment.id, there.id
        payments.ask(self.payment_id)

    @precondition(lambda self: self.model.free or self.model.is_busy)
    @rule(part=PART, weather=WEATHER)
    def release(self, part, weather):
        minor = part_of(self.model.free, part)
        self._ask(
            lambda: escrow.release(self.order_id, _usd(minor), render=lambda _: {}),
            self.model.release(minor, self._later()),
            weather,
        )

    @precondition(lambda self: self.model.refundable or self.model.is_busy)
    @rule(part=PART, of_held=st.booleans(), weather=WEATHER, at_once=st.booleans())
    def refund(self, part, of_held, weather, at_once):
        whole = self.model.free if of_held and self.model.free else self.model.refundable
        minor = part_of(whole, part)
        self._ask(
            lambda: refunds.create(self.order_id, _usd(minor), render=lambda _: {}),
            self.model.refund(minor, self._later()),
            weather,
        )
        if at_once:
            self._work(weather)

    @rule(seconds=st.sampled_from([0, 5, 70, HOUR, HOUR, DAY, 5 * DAY, 15 * DAY]), weather=WEATHER)
    def wait(self, seconds, weather):
        """Time passes, and what is due is done."""
        self._later(seconds)
        self._work(weather)

    @precondition(lambda self: self.model.is_open)
    @rule(nth=st.sampled_from([None, None, 0, 1]))
    def despair(self, nth):
        """The house is off for a day while something is on its way, or somebody says of one that
        it was not made."""
        if nth is None:
            self._later(DAY)
        elif rows := self._read(UNDECIDED):
            self._say(rows[nth % len(rows)])

    def _say(self, row) -> None:
        self._later()
        self._ask(
            lambda: DECIDE[row.kind](self.order_id, row.id, actor="ada"),
            self.model.not_made(row.key),
        )

    @rule(what=st.sampled_from(HAPPENINGS))
    def happens(self, what):
        """Something that moves none of our money."""
        getattr(self, f"_{what}")(self._later())

    def _argue(self, now: datetime) -> None:
        verb = "resume" if self.model.status == "disputed" else "dispute"
        self._ask(lambda: getattr(escrow, verb)(self.order_id), getattr(self.model, verb)(now))

    def _payout(self, now: datetime) -> None:
        """The seller takes their money away, all but a coin."""
        self._pay_out(self.model.with_seller - 1, now)

    def _pay_out(self, minor: int, now: datetime) -> None:
        if minor <= 0:
            return
        key = f"payout-{self.order_id}"
        request = base.PayoutRequest(key, Money(minor, "USD"), f"{key}-{now.timestamp():.0f}")
        with self.shop.inside():
            self.border.sellers.pay_out(self.seller.gateway_seller_id, request)
        self.model.taken_out += minor

    def _bank(self, now: datetime) -> None:
        """The customer's bank contests the payment, or does so no more."""
        if self.model.status not in {"held", "disputed"}:
            return
        takes = not self.model.by_bank
        said = base.Snapshot(
            "succeeded",
            paid_minor=self.model.paid,
            currency="USD",
            test_mode=True,
            taken_minor=0,
            is_contested=takes,
        )
        with self.shop.inside():
            orders.settle(self.payment_id, said)
        self.model.taken_by_bank(now, takes)
        self._follow()

    def _news(self, now: datetime) -> None:
        """The gateway's call comes, maybe once more and late."""
        with self.shop.inside():
            payments.ask(self.payment_id, actor="gateway")
        self._follow()

    # --- how it is done

    def _later(self, seconds: int = 1) -> datetime:
        """Ids sort by time, so no two steps share a moment."""
        self.clock.shift(max(1, seconds))
        return clock.now()

    def _ask(self, call, expected: str | None, weather: str = CLEAR) -> None:
        self.border.weather, code = weather, None
        try:
            with self.shop.inside():
                call()
        except Conflict as refused:
            code = refused.code
        self.border.weather = CLEAR
        assert code == expected
        self.model.met[f"refused: {code}"] += code is not None
        self._follow()

    def _work(self, weather: str = CLEAR) -> None:
        """What is due is done; then the clock is looked at, and what follows is done."""
        self.border.weather = weather
        self._run()
        self._follow()
        with self.shop.app.app_context():
            sweep.sweep()
        self._run()
        self.border.weather = CLEAR
        self._follow()

    def _run(self) -> None:
        while True:
            with self.shop.app.app_context():
                claimed = tasks.claim(50)
            if not claimed:
                return
            for one in claimed:
                self.drainer._run(one)
            if broken := [one for one in self._read(BROKEN) if one.name != "inbound.apply"]:
                raise AssertionError(broken)

    def _follow(self) -> None:
        crossed, self.border.crossed = self.border.crossed, []
        for one in crossed:
            self.model.crossed(one, clock.now())
        self.seen = {name: self._read(query) for name, query in LOOKS.items()}
        self._follow_what_needs_no_gateway()

    def _read(self, query) -> list:
        """By bare SQL, which is quick and trusts nothing of ours."""
        at = {"order": self.order_id, "there": self.there_id}
        with self.shop.app.app_context(), db.engine.connect() as connection:
            return connection.execute(query, at if query is not BROKEN else {}).all()

    def _follow_what_needs_no_gateway(self) -> None:
        """Where the fee is all of it, nothing crosses: our row alone says that it is done."""
        model, released = self.model, self.seen["released"]
        if len(released) > len(model.releases):
            model.by_date(clock.now())
        going = model.going
        if going and going.to_seller == 0 and released[-1].status == "succeeded":
            model.has_released(going, clock.now())
        done = self.seen["all fee"][0].done
        for part in [one for back in model.refunds for one in back.parts if one.minor == 0]:
            if done and part.state == "going":
                model.has_fetched(part, clock.now())
            done -= part.state == "done"
        for back, row in zip(model.refunds, self.seen["stopped"], strict=True):
            if row.is_stopped and back.state == "going":
                model.has_stopped(back)

    # --- what must be true

    @invariant()
    def all_say_the_same(self):
        if self.model is None:
            return
        model, ((now,), ((sent, fetched),)) = self.model, (self.seen["rows"], self.seen["sent"])
        date = now.release_at and datetime.fromisoformat(str(now.release_at)).replace(tzinfo=UTC)
        assert self._accounts() == model.accounts()
        assert (now.status, date, now.seconds_left) == (model.status, model.date, model.left)
        assert (now.refunded_minor, now.reserved_minor) == (model.refunded, model.reserved)
        assert now.given_back == model.given_back
        assert (sent, fetched) == (model.sent, model.fetched)
        assert [(*one[:3], STATES[one.status]) for one in self.seen["released"]] == [
            (one.minor, one.fee, one.cause, one.state) for one in model.releases
        ]

    def _accounts(self) -> dict[str, int]:
        """Added up from the bare lines; on the way nothing falls below zero, each journal moves
        something and adds up to nothing."""
        found = dict.fromkeys(self.model.accounts(), 0)
        journals: Counter[str] = Counter()
        for row in self.seen["lines"]:
            assert row.amount_minor, "a journal without a line"
            found[row.debit] -= row.amount_minor
            found[row.credit] += row.amount_minor
            journals[row.id] += row.amount_minor - row.amount_minor
            assert all(found[one] >= 0 for one in ("held", "seller", "fee", "refunded"))
        return found

    def teardown(self):
        """In the end the weather clears: all is decided, nothing held is forgotten, and those who
        compare the books find nothing."""
        if self.model is None or sys.exc_info()[0]:
            return
        for seconds in (2 * 60, HOUR + 60, HOUR + 60):
            if self.model.is_open:
                self._later(seconds)
                self._work()
        if self.model.is_open:  # too late to be asked for
            self._later(DAY)
            self._work()
            while rows := self._read(UNDECIDED):
                self._say(rows[0])
        self._all_is_decided()
        if self.model.status == "held" and self.model.date and not self.model.is_busy:
            self._later(max(0, int((self.model.date - clock.now()).total_seconds())) + DAY)
            self._work()
            assert self.model.free == 0, "its date has come, and it is held"
        self.all_say_the_same()
        with self.shop.app.app_context():
            report = verify.run(only=self.order_id)
        assert (report.differences, report.unanswered) == ([], [])
        self._pay_out(self.model.with_seller, self._later())
        self.sellers.append(self.seller)
        self.met.update(self.model.met)

    def _all_is_decided(self) -> None:
        model = self.model
        assert not model.is_open, "nothing became of it"
        assert model.held + model.freed + model.refunded == model.paid
        assert model.sent - model.fetched == model.freed - model.accounts()["fee"]
        assert model.given_back == model.refunded


def _usd(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, "USD")
