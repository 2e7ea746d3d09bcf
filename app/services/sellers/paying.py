"""Who can pay sellers: the companies that keep accounts for them, and with whose credentials. Reads
only."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import reading
from app.models import Organization, Provider
from app.registry import gateways
from app.services.routing import Asker

__all__ = ["asker_of", "gateways_that_pay"]


def gateways_that_pay() -> Sequence[str]:
    """The gateways that keep accounts for sellers, in the catalogue's order, whether or not they
    are set up: the adapters themselves say so."""
    active = [name for name, spec in gateways().items() if spec.is_active and spec.adapter]
    return [name for name in active if getattr(gateways()[name].load(), "marketplace", None)]


def asker_of(provider_id: str) -> Asker:
    """A provider as one who asks for a seller: the account is that which its orders are charged to.
    Raises NoResultFound for a provider that is not the current organization's."""
    with reading() as session:
        row = session.execute(
            select(Provider, Organization)
            .join(Organization, Organization.id == Provider.org_id)
            .where(Provider.id == provider_id)
        ).one()
    provider: Provider = row.Provider
    return Asker(
        provider.org_id,
        provider.id,
        provider.payment_gateway,
        provider.use_own_credentials,
        row.Organization.uses_platform_credentials,
    )
