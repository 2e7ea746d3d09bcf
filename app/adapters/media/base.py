"""What every place that keeps images takes and answers."""

from dataclasses import dataclass
from typing import Protocol

from app.kit.images import Picture

__all__ = ["Keeper", "Kept"]


@dataclass(frozen=True)
class Kept:
    """A picture where it is now. `ref` is the keeper's own name for it; `url` is where browsers
    get it, empty where they get it from us."""

    ref: str
    url: str = ""


class Keeper(Protocol):
    """A place that keeps pictures. `subject` is the id of what a picture is of, and the name of
    the folder it lies in."""

    name: str

    def keep(self, subject: str, picture: Picture, *, is_logo: bool = True) -> Kept:
        """Store a picture; what is no logo is shown without what an account does to logos. Raises
        OSError, or a base.GatewayError of `adapters.gateways`."""

    def drop(self, kept: Kept) -> None:
        """Delete a picture, also one that is gone already; the same errors as `keep`."""
