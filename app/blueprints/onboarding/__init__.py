"""The sellers' door: from a gateway's page and back to it. No cookie, no account; the address is
the secret, and what it opens is the gateway's page, which asks who they are."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.kit.errors import AppError
from app.services import sellers

__all__ = ["bp"]

bp = Blueprint("onboarding", __name__, url_prefix="/onboarding")


@bp.get("/<token>")
def again(token: str) -> ResponseReturnValue:
    """A link that was opened once, or is too old, leads here, and from here on to a new one."""
    way = sellers.read_way(token)
    try:
        return redirect(sellers.go_again(way), 303)
    except AppError as error:
        if error.status not in {409, 502}:
            raise
        page = render_template("onboarding/page.html", token=token, state=error.code)
        return page, error.status, error.headers


@bp.get("/done/<token>")
def done(token: str) -> ResponseReturnValue:
    """The seller has left the gateway's page, done or not. Where they would go on to a host that
    we do not know as their platform's, they are told which, and go by themselves."""
    way = sellers.read_way_back(token)
    seller, url = sellers.come_back(way), way.return_url
    if url and sellers.is_at_home(seller, url):
        return redirect(url, 303)
    host = urlsplit(url).netloc if url else None
    return render_template("onboarding/page.html", state=seller.status, url=url, host=host)
