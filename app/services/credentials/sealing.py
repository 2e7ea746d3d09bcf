"""Sealing a value for the place it will live in, and opening it there again."""

import structlog

from app.extensions import keyring
from app.kit.crypto import CannotOpen, Place, Sealed

__all__ = ["open_field", "seal"]

log = structlog.get_logger()


def seal(plaintext: str, *, table: str, owner: str, service: str, field: str) -> Sealed:
    """Seal a value for the row and field it will live in."""
    return keyring().seal(plaintext, Place(table, owner, service, field))


def open_field(sealed: Sealed, *, table: str, owner: str, service: str, field: str) -> str:
    """Open one sealed value. Raises CannotOpen, and says in the log which it was."""
    try:
        return keyring().open(sealed, Place(table, owner, service, field))
    except CannotOpen:
        log.warning(
            "credentials.cannot_open", table=table, service=service, field=field, kid=sealed.kid
        )
        raise
