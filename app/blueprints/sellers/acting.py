"""What the buttons about a seller share: a refusal is said on their page."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.blueprints.buttons import press
from app.blueprints.sellers.refusals import refusal

__all__ = ["done"]


def done(
    seller_id: str, act: Callable[[], object], success: str = "", anchor: str | None = None
) -> ResponseReturnValue:
    """Do it, say how it went, and go back to the seller."""
    press(act, refusal, success)
    return redirect(url_for(".show", seller_id=seller_id, _anchor=anchor), 303)
