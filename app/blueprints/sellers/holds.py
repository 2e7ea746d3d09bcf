"""What is held: what is due first."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.blueprints import hold_words, session
from app.services import sellers
from app.services.escrow import listing

__all__ = ["register"]


def register(bp: Blueprint) -> None:
    bp.get("/escrow")(held)


@session.merchant("look")
def held() -> ResponseReturnValue:
    view = request.args.get("view", "open")
    view = view if view in listing.VIEWS else "open"
    seller_id = request.args.get("seller") or None
    seller = sellers.get(seller_id) if seller_id else None
    entries, older = listing.page(view, seller_id=seller_id, cursor=request.args.get("after"))
    return render_template(
        "holds/index.html",
        entries=entries,
        older=older,
        view=view,
        seller=seller,
        counts=listing.counts(seller_id),
        counted=listing.COUNTED,
        hold_words=hold_words,
    )
