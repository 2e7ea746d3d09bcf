"""Secrets that are shown once: carried over the redirect after a form, sealed in the cookie, so
that a page that is loaded again neither makes nor shows them again."""

import json

from flask import session as cookie

from app.blueprints import session
from app.kit.crypto import CannotOpen, Sealed
from app.services import credentials

__all__ = ["keep", "seal", "take", "unseal"]

NAME = "once"


def keep(**secrets: str | None) -> None:
    """Carry secrets to the next page of this browser."""
    cookie[NAME] = seal(json.dumps(secrets), NAME)


def take() -> dict[str, str]:
    """What was carried here, this once."""
    opened = unseal(cookie.pop(NAME, None), NAME)
    found: dict[str, str] = json.loads(opened) if opened else {}
    return found


def seal(plaintext: str, purpose: str) -> str:
    """Seal a value for this person's session, to lie in its cookie."""
    return credentials.seal(plaintext, **_place(purpose)).envelope


def unseal(envelope: str | None, purpose: str) -> str | None:
    """Open what `seal` made; None when it is absent or was made for another session."""
    if envelope is None:
        return None
    try:
        return credentials.open_field(Sealed(envelope), **_place(purpose))
    except CannotOpen:
        return None


def _place(purpose: str) -> dict[str, str]:
    owner = session.person().session_id
    return {"table": "cookie", "owner": owner, "service": "session", "field": purpose}
