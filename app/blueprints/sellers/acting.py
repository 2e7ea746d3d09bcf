"""What the buttons about a seller share: a refusal is said on their page."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.sellers.refusals import refusal
from app.kit.errors import AppError

__all__ = ["done"]

SAID = {409, 502}  # refusals that a person can do something about


def done(
    seller_id: str, act: Callable[[], object], success: str = "", anchor: str | None = None
) -> ResponseReturnValue:
    """Do it, say how it went, and go back to the seller. What is not there stays a 404."""
    try:
        act()
    except AppError as error:
        if error.status not in SAID:
            raise
        flash(refusal(error), "bad")
    else:
        if success:
            flash(success)
    return redirect(url_for(".show", seller_id=seller_id, _anchor=anchor), 303)
