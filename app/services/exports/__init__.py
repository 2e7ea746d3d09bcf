"""Orders as CSV: at once where they are few, else as a task that writes a file."""

from app.services.exports.asking import AT_ONCE, at_once, fits_at_once, start
from app.services.exports.columns import COLUMNS
from app.services.exports.files import abandon, cancel, drop, drop_all, get, latest, path_of_ready
from app.services.exports.writing import write

__all__ = [
    "AT_ONCE",
    "COLUMNS",
    "abandon",
    "at_once",
    "cancel",
    "drop",
    "drop_all",
    "fits_at_once",
    "get",
    "latest",
    "path_of_ready",
    "start",
    "write",
]
