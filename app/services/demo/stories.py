"""What happened in the demo's last four weeks, written down before anything is made: the same sixty
orders each time. Only the moment they are counted back from is that of the first start."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

__all__ = ["DAYS", "PEOPLE", "End", "Story", "stories"]

DAYS = 28
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

ITEMS = {
    "shop": (
        ("Oak side table", 18_900),
        ("Linen cushion", 3_450),
        ("Reading lamp", 7_990),
        ("Wool blanket", 11_900),
        ("Set of four bowls", 4_600),
        ("Gift card", 5_000),
    ),
    "tickets": (
        ("Fado evening, two seats", 5_600),
        ("Museum day pass", 1_800),
        ("River cruise", 3_900),
        ("Cooking class", 6_500),
    ),
}
PEOPLE = ("ines", "tiago", "marta", "rui", "sofia", "duarte", "lena", "paul", "aoife", "jonas")


class End(StrEnum):
    """How an order ends."""

    paid = "paid"
    failed = "failed"
    cancelled = "cancelled"
    expired = "expired"
    pending = "pending"
    refunded = "refunded"
    partly = "partly"
    late = "late"  # paid after its time was over
    short = "short"  # less was paid than was asked


# Sixty in all, and each but the paid ones with a day of its own (counted back) to be found on.
SPECIAL = (
    *((End.failed, day) for day in (26, 21, 17, 12, 6, 1)),
    *((End.expired, day) for day in (25, 18, 14, 9, 4)),
    *((End.cancelled, day) for day in (23, 15, 8, 3)),
    *((End.refunded, day) for day in (24, 13, 7)),
    *((End.partly, day) for day in (20, 11, 5)),
    *((End.pending, day) for day in (2, 1, 0)),
    (End.late, 10),
    (End.short, 2),
)
PAID = 60 - len(SPECIAL)


@dataclass(frozen=True)
class Story:
    """One order, from its making to its end. `ago` counts back from when the demo was made."""

    number: int
    shop: str
    item: str
    minor: int
    currency: str
    email: str
    end: End
    ago: timedelta
    took: timedelta  # from the order to the payment
    # What the receiver of its webhooks answered before it took them; empty for at once.
    first_answers: tuple[int, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether a receiver that is not well never takes what it is told about this one."""
        return self.end in (End.expired, End.partly)

    @property
    def external_id(self) -> str:
        return f"DEMO-{1000 + self.number}"

    @property
    def lasts(self) -> timedelta:
        """How long it can be paid. What is still open gets long enough to be found open."""
        return timedelta(days=30) if self.end in (End.failed, End.pending) else DAY


def stories() -> list[Story]:
    """All of them, oldest first."""
    dice = random.Random("gatehouse demo")  # noqa: S311, the same numbers each time are the point
    ends = sorted([*SPECIAL, *_paid(dice)], key=lambda one: -one[1])
    return list(_told(dice, ends))


def _paid(dice: random.Random) -> Iterator[tuple[End, int]]:
    """More of them lately: the demo's business grows, and sleeps a little at weekends."""
    days = range(DAYS)
    weights = [(DAYS + 14 - day) * (0.5 if day % 7 in (1, 2) else 1) for day in days]
    for day in dice.choices(days, weights, k=PAID):
        yield End.paid, day


def _told(dice: random.Random, ends: list[tuple[End, int]]) -> Iterator[Story]:
    moments = sorted((_ago(dice, day), end) for end, day in ends)
    for number, (ago, end) in enumerate(reversed(moments), start=1):
        shop = "tickets" if dice.random() < 0.35 else "shop"
        item, minor = dice.choice(ITEMS[shop])
        yield Story(
            number=number,
            shop=shop,
            item=item,
            minor=minor,
            currency="USD" if end == End.paid and dice.random() < 0.2 else "EUR",
            email=f"{dice.choice(PEOPLE)}@example.com",
            end=end,
            ago=ago,
            took=timedelta(seconds=dice.randint(40, 900)),
            first_answers=(503,) * dice.choice((0, 0, 0, 0, 0, 1, 2)),
        )


def _ago(dice: random.Random, day: int) -> timedelta:
    return day * DAY + timedelta(minutes=dice.randint(45, 23 * 60))
