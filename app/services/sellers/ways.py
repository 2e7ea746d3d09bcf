"""The address that brings a seller back to us from a gateway's page, and what it proves: that we
gave it away for them. Nothing of it is stored."""

from dataclasses import dataclass

from app.extensions import settings
from app.kit.errors import NotFound
from app.kit.links import BadLink, read, sign
from app.models import Seller

__all__ = ["Way", "read_way", "way_of"]

DAYS = 30
_PURPOSE = "seller-onboarding"


@dataclass(frozen=True)
class Way:
    """Whose way it is, and where their platform wants them in the end."""

    token: str
    org_id: str
    seller_id: str
    return_url: str | None

    @property
    def again(self) -> str:
        """The absolute address that leads to the gateway's page once more."""
        return f"{settings().public_base_url}/onboarding/{self.token}"

    @property
    def done(self) -> str:
        """The absolute address to come to afterwards."""
        return f"{self.again}/done"


def way_of(seller: Seller, return_url: str | None) -> Way:
    """The way of a seller. `return_url` travels signed, so nobody is led elsewhere by it."""
    token = sign(_key(), _PURPOSE, seller.org_id, seller.id, return_url or "")
    return Way(token, seller.org_id, seller.id, return_url)


def read_way(token: str) -> Way:
    """The way that a token stands for. Raises NotFound for one that is not ours or too old."""
    try:
        org_id, seller_id, url = read(_key(), _PURPOSE, token, seconds=DAYS * 86_400, parts=3)
    except BadLink as error:
        raise NotFound("No such page") from error
    return Way(token, org_id, seller_id, url or None)


def _key() -> str:
    return settings()["SECRET_KEY"]
