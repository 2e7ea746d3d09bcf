"""Looking after sealed values in bulk: seal what is plaintext, prove that everything opens. Both
go by one list, `places.COLUMNS`."""

from app.services.sealing.places import COLUMNS, kids
from app.services.sealing.plaintext import seal_plaintext
from app.services.sealing.verification import Verified, verify

__all__ = ["COLUMNS", "Verified", "kids", "seal_plaintext", "verify"]
