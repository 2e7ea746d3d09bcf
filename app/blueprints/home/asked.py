"""Which figures a merchant asks for, from the address and back into it."""

from collections.abc import Callable, Collection, Mapping, Sequence

from flask import url_for

from app.blueprints import moments
from app.kit.money import is_currency
from app.models import Provider
from app.services.business import PERIODS, Question

__all__ = ["address", "read"]

USUAL = 28  # days


def read(args: Mapping[str, str], shops: Sequence[Provider], modes: Collection[bool]) -> Question:
    """The question in an address; what cannot be asked counts as not said.

    Without a word about the mode it is live, once there is anything live.
    """
    days = next((one for one in PERIODS if str(one) == args.get("days")), USUAL)
    provider = next((one.id for one in shops if one.slug == args.get("provider")), None)
    currency = args.get("currency")
    mode = args.get("mode") if args.get("mode") in ("test", "live") else None
    return Question(
        days,
        test_mode=(mode == "test") if mode else False not in modes,
        provider_id=provider,
        currency=currency if is_currency(currency) else None,
        zone=moments.zone(),
    )


def address(question: Question, shops: Sequence[Provider]) -> Callable[..., str]:
    """Makes addresses of this page that ask the same, but for what is given."""
    slugs = {one.id: one.slug for one in shops}
    said = {
        "days": question.days,
        "provider": slugs.get(question.provider_id or ""),
        "currency": question.currency,
        "mode": "test" if question.test_mode else "live",
    }

    def at(**other: object) -> str:
        return url_for("home.show", **{**said, **other})  # type: ignore[arg-type]

    return at
