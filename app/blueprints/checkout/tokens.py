"""The forms' tokens: an HMAC of the order's own, so that checkout works without a cookie."""

import hashlib
import hmac

from flask import current_app, request

from app.kit.errors import AppError

__all__ = ["check", "token_for"]


def token_for(subject: str) -> str:
    """The token that a form about `subject` carries."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"checkout/" + subject.encode(), hashlib.sha256).hexdigest()[:40]


def check(subject: str) -> None:
    """Raises AppError 400 when the form that was sent is not one of ours."""
    given = request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), token_for(subject).encode()):
        raise AppError(
            "This form is out of date. Open the payment page again.", "csrf_failed", status=400
        )
