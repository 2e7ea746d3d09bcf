"""What all buttons do alike: something is done, and the page they lead to says how it went."""

from collections.abc import Callable

from flask import flash

from app.kit.errors import AppError

__all__ = ["press"]

SAID = {400, 409, 422, 502}  # refusals that a person can do something about


def press(
    act: Callable[[], object],
    refusal: Callable[[AppError], str],
    success: str | Callable[[], str] = "",
) -> None:
    """Do it, and say `success`, if there is something to say, or why not. What is not there stays
    a 404."""
    try:
        act()
    except AppError as error:
        if error.status not in SAID:
            raise
        flash(refusal(error), "bad")
        return
    if said := success if isinstance(success, str) else success():
        flash(said)
