"""The list of sellers, and one with all that is known of them."""

import re
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app.blueprints import hold_words, once, session
from app.blueprints.sellers import words
from app.blueprints.sellers.acting import done
from app.kit import clock
from app.models import Seller
from app.registry import services
from app.services import payouts, providers, sellers
from app.services.escrow import listing

__all__ = ["register"]

_ID = re.compile(r"sel_[0-9A-Z]{26}")


def register(bp: Blueprint) -> None:
    bp.get("/sellers")(index)
    bp.get("/sellers/<seller_id>")(show)
    bp.post("/sellers/<seller_id>/refresh")(refresh)
    bp.post("/sellers/<seller_id>/link")(make_link)


@session.merchant("look")
def index() -> ResponseReturnValue:
    before = request.args.get("before", "")
    found, older = sellers.page(cursor=before if _ID.fullmatch(before) else None)
    return render_template(
        "sellers/index.html",
        sellers=found,
        older=older,
        words=words,
        companies=services(),
        names=_names(),
    )


@session.merchant("look")
def show(seller_id: str) -> ResponseReturnValue:
    found = sellers.get(seller_id)
    return render_template(
        "sellers/seller.html",
        seller=found,
        words=words,
        hold_words=hold_words,
        company=services()[found.gateway].title,
        provider=_names()[found.provider_id],
        balances=sellers.balances(seller_id),
        holds=listing.of_seller(seller_id),
        payouts=payouts.page(seller_id, limit=10)[0],
        can_be_paid_out=payouts.can_be_paid_out(found),
        country=get_locale().territories.get(found.country, found.country),
        link=_link_for(found),
    )


@session.merchant("payouts.change")
def refresh(seller_id: str) -> ResponseReturnValue:
    """Ask the payment company how they stand."""

    return done(
        seller_id, lambda: sellers.refresh(seller_id), _("Asked: this is how they stand now.")
    )


@session.merchant("payouts.change")
@session.fresh
def make_link(seller_id: str) -> ResponseReturnValue:
    """A page of the payment company that opens once; whoever has it says who the seller is."""

    def act() -> None:
        made = sellers.onboarding_link(sellers.get(seller_id))
        until = clock.write_moment(made.expires_at)
        once.keep(seller=seller_id, link=made.url, until=until)

    return done(seller_id, act)


def _link_for(seller: Seller) -> dict[str, Any] | None:
    """The link that was just made, if it was made for this seller."""
    kept = once.take()
    if kept.get("seller") != seller.id:
        return None
    return {"url": kept["link"], "until": clock.read_moment(kept.get("until"))}


def _names() -> dict[str, str]:
    """What providers are called, by their ids."""
    return {one.id: one.name for one in providers.index()}
