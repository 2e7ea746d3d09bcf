"""The addresses that bring a seller back to us from a gateway's page, and what each proves: that
we gave it away for them. One opens the gateway's page anew, so whoever has it says who the seller
is; the other, which browsers and platforms get to see, only says that they left. Nothing of either
is stored."""

from dataclasses import dataclass

from app.extensions import settings
from app.kit.errors import NotFound
from app.kit.links import BadLink, read, sign
from app.models import Seller

__all__ = ["Way", "read_way", "read_way_back", "way_of"]

DAYS = 7
_AGAIN, _DONE = "seller-onboarding", "seller-returned"


@dataclass(frozen=True)
class Way:
    """Whose way it is, and where their platform wants them in the end."""

    org_id: str
    seller_id: str
    return_url: str | None

    @property
    def again(self) -> str:
        """The absolute address that leads to the gateway's page once more."""
        return f"{settings().public_base_url}/onboarding/{self._token(_AGAIN)}"

    @property
    def done(self) -> str:
        """The absolute address to come to afterwards."""
        return f"{settings().public_base_url}/onboarding/done/{self._token(_DONE)}"

    def _token(self, purpose: str) -> str:
        return sign(_key(), purpose, self.org_id, self.seller_id, self.return_url or "")


def way_of(seller: Seller, return_url: str | None) -> Way:
    """The way of a seller. `return_url` travels signed, so nobody is led elsewhere by it."""
    return Way(seller.org_id, seller.id, return_url)


def read_way(token: str) -> Way:
    """The way that a token to the gateway's page stands for. Raises NotFound for one that is not
    ours, is too old, or only leads back."""
    return _read(_AGAIN, token)


def read_way_back(token: str) -> Way:
    """The way of somebody who left the gateway's page. Raises NotFound as `read_way`."""
    return _read(_DONE, token)


def _read(purpose: str, token: str) -> Way:
    try:
        org_id, seller_id, url = read(_key(), purpose, token, seconds=DAYS * 86_400, parts=3)
    except BadLink as error:
        raise NotFound("No such page") from error
    return Way(org_id, seller_id, url or None)


def _key() -> str:
    return settings()["SECRET_KEY"]
