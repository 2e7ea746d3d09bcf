"""Which requests may be larger than forms are: each view that takes a file says how large."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

__all__ = ["init_app", "takes"]

View = TypeVar("View", bound=Callable[..., Any])


def takes(size: int) -> Callable[[View], View]:
    """Let a view be sent requests of up to `size` bytes, where all others keep the app's limit."""

    def mark(view: View) -> View:
        view.takes_bytes = size  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    """Set each request's limit before anything else looks into its form, the check of its token
    among others."""
    app.before_request_funcs.setdefault(None, []).insert(0, _limit)


def _limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if size := getattr(view, "takes_bytes", None):
        request.max_content_length = size
