"""What must be true of one order's held money, in plain Python that imports nothing of the app.

It knows what was asked for and what crossed the border to the gateway, and works out the rest.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["Fetched", "Freed", "Model", "Returned", "fee_of"]

TOO_LATE = timedelta(hours=23)  # to ask again: a gateway may have forgotten the key by then
FORGOTTEN = timedelta(hours=24)  # and what was asked for with it was answered long ago


def fee_of(gross: int, bps: int) -> int:
    """Half up, as one learns it at school."""
    return int((Decimal(gross * bps) / 10_000).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Freed:
    """A release."""

    minor: int
    fee: int
    since: datetime
    cause: str = "requested"
    state: str = "going"  # done, failed
    key: str | None = None
    transfer: str | None = None
    is_made: bool = False  # at the gateway, whether we heard of it or not
    asked_at: datetime | None = None  # first
    is_lost: bool = False  # too late to ask for it, and the gateway shows nothing of it
    back: int = 0  # what was fetched back of it

    @property
    def to_seller(self) -> int:
        return self.minor - self.fee


@dataclass
class Fetched:
    """What has to come back of one release for a refund."""

    of: Freed
    minor: int  # from the seller
    fee: int
    since: datetime
    state: str = "going"
    key: str | None = None
    is_made: bool = False
    asked_at: datetime | None = None  # first
    is_lost: bool = False  # too late to ask for it, and the gateway shows nothing of it


@dataclass
class Returned:
    """A refund."""

    minor: int
    since: datetime
    parts: list[Fetched] = field(default_factory=list)
    state: str = "going"
    key: str | None = None
    is_made: bool = False
    asked_at: datetime | None = None  # first
    is_lost: bool = False  # too late to ask for it, and the gateway shows nothing of it

    @property
    def waits(self) -> bool:
        """For something that the gateway has to be asked for; a fee never left."""
        return any(one.minor and one.state != "done" for one in self.parts)


class Model:
    """One order. Amounts are in minor units, moments are what the caller says is now."""

    def __init__(self, paid: int, bps: int, date: datetime | None) -> None:
        self.paid, self.bps, self.date = paid, bps, date
        self.held, self.freed, self.refunded, self.reserved = paid, 0, 0, 0
        self.status = "held"
        self.left: int | None = None  # seconds on the clock, while it stands still
        self.by_bank = False
        self.disputed_at: datetime | None = None
        self.releases: list[Freed] = []
        self.refunds: list[Returned] = []
        # What the gateway has, whatever we heard of it.
        self.sent = self.fetched = self.given_back = self.taken_out = 0
        self.met: Counter[str] = Counter()

    # --- what is asked for: each gives the code of its refusal, or None

    @property
    def going(self) -> Freed | None:
        return next((one for one in self.releases if one.state == "going"), None)

    @property
    def fetching(self) -> list[Fetched]:
        return [one for back in self.refunds for one in back.parts if one.state == "going"]

    @property
    def is_busy(self) -> bool:
        return bool(self.going or self.fetching)

    @property
    def is_open(self) -> bool:
        return self.is_busy or any(one.state == "going" for one in self.refunds)

    @property
    def refundable(self) -> int:
        return self.paid - self.refunded - self.reserved

    @property
    def free(self) -> int:
        return max(0, self.held - (self.going.minor if self.going else 0) - self.reserved)

    def release(self, minor: int | None, now: datetime, cause: str = "requested") -> str | None:
        if self.status not in {"held", "disputed"}:
            return "not_held"
        if self.by_bank:
            return "chargeback_open"
        if self.is_busy:
            return "escrow_busy"
        minor = self.free if minor is None else minor
        if self.free == 0 or minor > self.free:
            return "release_too_large"
        fee = self._fee(self.freed + minor) - self._fee(self.freed)
        self.releases.append(Freed(minor, fee, now, cause))
        self.met[f"released: {cause}"] += 1
        return None

    def refund(self, minor: int | None, now: datetime) -> str | None:
        minor = self.refundable if minor is None else minor
        if minor <= 0 or minor > self.refundable:
            return "refund_too_large"
        if self.by_bank:
            return "chargeback_open"
        short = minor - self.free
        if short > 0 and self.is_busy:
            return "escrow_busy"
        self.reserved += minor
        back = Returned(minor, now)
        self.refunds.append(back)
        if short > 0:
            back.parts = self._parts(short, now)
            self.met[f"refunds that fetch from {min(len(back.parts), 2)}"] += 1
        else:
            self.met["refunds of held money"] += 1
        return None

    def _parts(self, short: int, now: datetime) -> list[Fetched]:
        """The newest release first, coin by coin: each is the seller's or was our fee."""
        parts, freed = [], self.freed
        for one in reversed(self.releases):
            part = Fetched(one, 0, 0, now)
            while one.state == "done" and short:
                fee = self._fee(freed) - self._fee(freed - 1)
                if part.minor + 1 - fee > one.to_seller - one.back:
                    break
                part.minor, part.fee = part.minor + 1 - fee, part.fee + fee
                freed, short = freed - 1, short - 1
            if part.minor or part.fee:
                parts.append(part)
        assert short == 0
        return parts

    def dispute(self, now: datetime) -> str | None:
        if self.status not in {"held", "disputed"}:
            return "not_held"
        if self.disputed_at is None:
            self.disputed_at = now
            self._stop(now)
        return None

    def resume(self, now: datetime) -> str | None:
        if self.status not in {"held", "disputed"}:
            return "not_held"
        if self.status == "disputed" and self.by_bank:
            return "chargeback_open"
        if self.status == "disputed":
            self._thaw(now)
            self.met["resumed"] += 1
        return None

    def _stop(self, now: datetime) -> None:
        self.status = "disputed"
        if self.date:
            self.left = max(0, int((self.date - now).total_seconds()))
            self.met["clocks stopped"] += 1
        self.date = None

    def taken_by_bank(self, now: datetime, is_taken: bool) -> None:
        """A dispute of the provider's stands beside it, and goes on when the bank's ends."""
        self.by_bank = is_taken
        if is_taken:
            self._stop(now)
            self.met["taken by the bank"] += 1
        elif self.disputed_at is None:
            self._thaw(now)
        self._settle()

    def _thaw(self, now: datetime) -> None:
        self.status, self.disputed_at = "held", None
        if self.left is not None:
            self.date = now + timedelta(seconds=self.left)
        self.left = None

    # --- what crossed the border

    def crossed(self, one, now: datetime) -> None:
        """Follow one call of the gateway."""
        getattr(self, f"_{one.kind}")(one, now)

    def _transfer(self, one, now: datetime) -> None:
        if self.going is None:
            self.by_date(now)
        made = self.going
        assert one.minor == made.to_seller, "another amount than what the fee leaves"
        self._note(made, one, now)
        if one.made:
            self.sent += one.minor
        made.transfer = one.transfer or made.transfer
        if one.refused:
            self._not_released(made)
        elif one.heard:
            self.has_released(made, now)

    def _not_released(self, made: Freed) -> None:
        made.state = "failed"
        if made.cause == "date":
            self.date = self.left = None

    def by_date(self, now: datetime) -> None:
        """Money is freed that nobody asked for: then its date has come, and nothing stops it."""
        assert self.status == "held", "money left although nobody asked for it"
        assert self.date, "money left without a date"
        assert self.date <= now, "money left before its date"
        assert self.release(None, now, "date") is None

    def has_released(self, made: Freed, now: datetime) -> None:
        made.state = "done"
        self.held, self.freed = self.held - made.minor, self.freed + made.minor
        self._settle()
        self._end_dispute(made.since, now)

    def _reverse(self, one, now: datetime) -> None:
        part = next(
            part
            for part in self.fetching
            if (part.of.transfer == one.transfer if one.transfer else part.key == one.key)
        )
        for before in self.fetching[: self.fetching.index(part)]:
            assert before.minor == 0, "not the newest first"
            self.has_fetched(before, now)
        assert one.minor == part.minor or not one.made
        self._note(part, one, now)
        if one.made:
            assert part.minor <= self.with_seller, "the seller did not have that"
            self.fetched += part.minor
        if one.refused:
            self._cannot_fetch()
        elif one.heard:
            self.has_fetched(part, now)

    def has_fetched(self, part: Fetched, now: datetime) -> None:
        part.state = "done"
        whole = part.minor + part.fee
        self.held, self.freed = self.held + whole, self.freed - whole
        part.of.back += part.minor
        self.date = self.left = None  # no date frees it once more
        self._settle()
        self.met["fetched back"] += 1

    def _cannot_fetch(self) -> None:
        """The refund is not made, and nothing more is fetched for it."""
        for back in self.refunds:
            if any(part.state == "going" for part in back.parts):
                back.state = "failed"
                for part in back.parts:
                    part.state = "done" if part.state == "done" else "failed"
        self._reserve_again()
        self.date = self.left = None
        self.met["could not be fetched"] += 1

    def _refund(self, one, now: datetime) -> None:
        back = self._by_key(one)
        for part in back.parts:
            if part.state == "going":
                self.has_fetched(part, now)
        self._note(back, one, now)
        if one.made:
            self.given_back += one.minor
        if one.refused:
            self._not_refunded(back)
        elif one.heard:
            back.state = "done"
            self._total_is(sum(each.minor for each in self.refunds if each.state == "done"))
            self._end_dispute(back.since, now)
            self._reserve_again()

    def _not_refunded(self, back: Returned) -> None:
        back.state = "failed"
        self.date = self.left = None  # a person decides
        self._reserve_again()

    def has_stopped(self, back: Returned) -> None:
        """The bank came before it was asked for: it is not made, and a person decides."""
        assert self.by_bank and not back.asked_at and not back.waits, "stopped for no reason"
        self._not_refunded(back)
        self._settle()
        self.met["refunds that the bank stopped"] += 1

    def _by_key(self, one) -> Returned:
        known = [back for back in self.refunds if back.key == one.key]
        fresh = [
            back
            for back in self.refunds
            if (back.key, back.state, back.minor, back.waits) == (None, "going", one.minor, False)
        ]
        assert known or fresh, "refunded before the money was here, or unasked"
        return (known or fresh)[0]

    def _total(self, one, _now: datetime) -> None:
        self._total_is(one.minor)

    def _total_is(self, total: int) -> None:
        if total <= self.refunded:
            return
        self.reserved = min(self.reserved, self.paid - total)
        self.held -= total - self.refunded
        self.refunded = total
        self._settle()

    def _note(self, intent, one, now: datetime) -> None:
        assert intent.key in {None, one.key}, "asked for under another key"
        assert not (one.made and intent.is_made), "done a second time"
        intent.asked_at = intent.asked_at or now
        if one.made:
            assert now - intent.asked_at <= TOO_LATE, "asked for when the key was forgotten"
        intent.key = one.key
        if one.made:
            intent.is_made = True
            self.met[f"{one.kind}: {'heard' if one.heard else 'answer lost'}"] += 1
        elif one.heard:
            self.met[f"{one.kind}: found"] += 1
        else:
            self.met[f"{one.kind}: {'refused' if one.refused else 'question lost'}"] += 1

    def _nothing(self, one, now: datetime) -> None:
        """It was looked for, and is not there; from some time on that is for good."""
        for intent in self._intents():
            if intent.key == one.key and now - intent.asked_at > FORGOTTEN:
                intent.is_lost = True

    def _intents(self) -> list[Freed | Fetched | Returned]:
        parts = [part for back in self.refunds for part in back.parts]
        return [*self.releases, *parts, *self.refunds]

    def not_made(self, key: str) -> str | None:
        """Somebody says so."""
        one = next((one for one in self._intents() if one.key == key and one.is_lost), None)
        if one is None:
            return "not_decided"
        assert (one.state, one.is_made) == ("going", False), "said away although it was made"
        if isinstance(one, Freed):
            self._not_released(one)
        elif isinstance(one, Fetched):
            self._cannot_fetch()
        else:
            self._not_refunded(one)
        self.met[f"{key.partition('-')[0]}: said not to be made"] += 1
        return None

    # --- how it stands

    @property
    def with_seller(self) -> int:
        """What the seller's account has at the gateway."""
        return self.sent - self.fetched - self.taken_out

    def accounts(self) -> dict[str, int]:
        """What the books must say."""
        fee = self._fee(self.freed)
        return {
            "customer": -self.paid,
            "held": self.held,
            "seller": self.freed - fee,
            "fee": fee,
            "refunded": self.refunded,
            "gateway": 0,
        }

    def _fee(self, gross: int) -> int:
        return fee_of(gross, self.bps)

    def _reserve_again(self) -> None:
        going = sum(one.minor for one in self.refunds if one.state == "going")
        self.reserved = min(going, self.paid - self.refunded)

    def _settle(self) -> None:
        if self.by_bank:  # it stays the bank's, wherever the money is meanwhile
            self.status, self.date = "disputed", None
        elif self.held == 0:
            self.status = "released" if self.freed else "refunded"
            self.date = self.left = self.disputed_at = None
        elif self.status in {"released", "refunded"}:
            self.status, self.date = "held", None

    def _end_dispute(self, decided: datetime, now: datetime) -> None:
        """Whoever decided to move money knew of the dispute, if it is not younger."""
        if self.status == "disputed" and not self.by_bank and self.disputed_at <= decided:
            self._thaw(now)
            self.met["disputes decided"] += 1
