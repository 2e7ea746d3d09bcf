"""Looking after sealed values in bulk: seal what is plaintext, prove that everything opens, seal
anew what an older key sealed. All of it goes by one list, `places.COLUMNS`."""

from app.services.sealing.places import COLUMNS, kids
from app.services.sealing.plaintext import seal_plaintext
from app.services.sealing.rotation import Rotated, rotate
from app.services.sealing.verification import Verified, verify

__all__ = ["COLUMNS", "Rotated", "Verified", "kids", "rotate", "seal_plaintext", "verify"]
