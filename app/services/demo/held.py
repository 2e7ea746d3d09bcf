"""What the demo keeps for a seller: orders of its shop, each at another point of its escrow.

They are of the day on which the demo is made. The others are moved into the past, and the ledger
cannot be: no line of it changes once it is written.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.extensions import reading
from app.kit import clock
from app.kit.money import Money
from app.models import Seller
from app.services import escrow, sellers
from app.services.api_keys import Caller
from app.services.demo import playing, webhooks
from app.services.demo.stories import PEOPLE, End, Story

__all__ = ["HELD", "ensure"]

SELLER = "DEMO-SELLER"
FEE_BPS = 1_000
CURRENCY = "EUR"


@dataclass(frozen=True)
class Held:
    """An order, and what is done with its money once it is kept for the seller."""

    number: int
    item: str
    minor: int
    then: tuple[Callable[[str], object], ...] = ()
    release_after_days: int | None = 14

    @property
    def story(self) -> Story:
        """The part of it that is as with any other order."""
        return Story(
            number=self.number,
            shop="shop",
            item=self.item,
            minor=self.minor,
            currency=CURRENCY,
            email=f"{PEOPLE[self.number % len(PEOPLE)]}@example.com",
            end=End.paid,
            ago=timedelta(0),
            took=timedelta(0),
        )


def _release(minor: int | None = None) -> Callable[[str], object]:
    amount = None if minor is None else Money(minor, CURRENCY)
    return lambda order_id: escrow.release(order_id, amount, actor="demo", render=lambda _one: {})


def _dispute(why: str) -> Callable[[str], object]:
    return lambda order_id: escrow.dispute(order_id, why, actor="demo")


def _refund(minor: int | None, why: str) -> Callable[[str], object]:
    amount = None if minor is None else Money(minor, CURRENCY)
    return lambda order_id: playing.refund(order_id, amount, why)


HELD = (
    Held(1001, "Walnut bookends", 3_200),
    Held(1002, "Pair of coasters", 1_400, release_after_days=None),
    Held(1003, "Desk organiser", 8_300, (_release(4_000),)),
    Held(1004, "Hand mirror", 2_450, (_dispute("It arrived with a crack"),)),
    Held(1005, "Oak tray", 5_900, (_release(),)),
    Held(1006, "Row of hooks", 1_850, (_refund(None, "Changed their mind"),)),
    Held(1007, "Serving board", 6_800, (_release(), _refund(800, "A scratch on one side"))),
)


def ensure(caller: Caller, known: Collection[str]) -> int:
    """Make the seller's orders that are not among the `known` ones yet (flows); how many."""
    missing = [one for one in HELD if one.story.external_id not in known]
    if missing:
        seller_id = _seller(caller)
        for one in missing:
            _play(caller, one, seller_id)
    return len(missing)


def _seller(caller: Caller) -> str:
    theirs = (Seller.external_id == SELLER, Seller.provider_id == caller.provider_id)
    with reading() as session:
        found: str | None = session.scalar(select(Seller.id).where(*theirs).order_by(Seller.id))
    if found:
        sellers.open_account(found)  # nothing, but for one whose making was interrupted
        return found
    wanted = sellers.Wanted("Old Town Joinery", "joinery@example.com", "PT", SELLER)
    body = sellers.create(caller, wanted, actor="demo", render=lambda one: {"id": one.id})
    made: str = json.loads(body)["id"]
    return made


def _play(caller: Caller, held: Held, seller_id: str) -> None:
    terms = escrow.Terms(seller_id, FEE_BPS, held.release_after_days)
    order_id = playing.ask(caller, held.story, clock.now(), terms)
    playing.decide(order_id, held.story)
    for step in held.then:
        step(order_id)
    webhooks.tell(order_id, held.story)
