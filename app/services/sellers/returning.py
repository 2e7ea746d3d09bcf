"""A seller on the way between a gateway's page and us. Flows; whoever has the address is let in."""

from urllib.parse import urlsplit

import structlog

from app.extensions import reading
from app.kit.errors import AppError
from app.kit.tenancy import as_org
from app.models import Provider, Seller
from app.services import throttle
from app.services.sellers.look import get
from app.services.sellers.onboarding import onboarding_link, refresh
from app.services.sellers.ways import Way
from app.services.throttle import Limit

__all__ = ["come_back", "go_again", "is_at_home"]

log = structlog.get_logger()

TRIES, SPAN = 20, 600  # questions to the gateway about one seller, and in how many seconds


def go_again(way: Way) -> str:
    """Where the gateway's page is now: the link before it was stale, and each works once. Raises
    NotFound, Conflict `seller_not_open`, AppError 502 without an answer, 429 for too many."""
    with as_org(way.org_id):
        seller = get(way.seller_id)
        throttle.take(_limit(way))
        return onboarding_link(seller, return_url=way.return_url).url


def come_back(way: Way) -> Seller:
    """The seller as the gateway sees them now, or as we last knew when it cannot be asked: that
    they come back proves nothing. Raises NotFound."""
    with as_org(way.org_id):
        seller = get(way.seller_id)
        try:
            throttle.take(_limit(way))
            return refresh(way.seller_id)
        except AppError as error:
            log.info("sellers.not_refreshed", seller=way.seller_id, code=error.code)
            return seller


def is_at_home(seller: Seller, url: str) -> bool:
    """Whether an address is on a host to which the provider sends its customers: what a provider's
    settings name is known to be theirs, what a request of the API names is not."""
    with as_org(seller.org_id), reading() as session:
        provider = session.get_one(Provider, seller.provider_id)
        pages = [one for one in (provider.success_url, provider.cancel_url) if one]
    return urlsplit(url).netloc.lower() in {urlsplit(one).netloc.lower() for one in pages}


def _limit(way: Way) -> Limit:
    return Limit(TRIES, SPAN, ("onboarding", way.seller_id))
