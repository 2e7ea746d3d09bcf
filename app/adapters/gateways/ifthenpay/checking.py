"""Test connection: one harmless call, the most telling one that the keys allow."""

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import ledger, moments, offline, pushes
from app.adapters.gateways.ifthenpay.client import Client
from app.adapters.gateways.ifthenpay.endpoints import KEY
from app.kit import clock

__all__ = ["prove", "remarks"]

REACH = "/gateway/methods/available"
NOBODY = "gatehouse-test-connection"  # no request has this id


def prove(client: Client, credentials: base.Credentials, *, is_sandbox: bool) -> None:
    """Make the call. Raises Misconfigured with the exact mistake, or as every call does."""
    _pair(credentials)
    if key := credentials.get("backofficeKey"):
        now = moments.write(clock.now())
        ledger.read(client, key, {"dateStart": now, "dateEnd": now})
    elif (key := credentials.get("mbwayKey")) and not is_sandbox:
        try:
            pushes.status_of(client, key, NOBODY)
        except base.Missing:
            return
    else:
        client.reach(REACH)


def _pair(credentials: base.Credentials) -> None:
    entity, sub_entity = credentials.get("entity"), credentials.get("subEntity")
    if (entity or sub_entity) and not offline.is_pair(entity, sub_entity):
        raise base.Misconfigured(
            "References can be computed from an entity of five digits and a sub-entity of one to "
            "three, both of them; the entity 21721 has no check digits"
        )


def remarks(credentials: base.Credentials, *, is_sandbox: bool) -> tuple[str, ...]:
    """What a merchant should know of keys that work."""
    get = credentials.get
    said = []
    if not get("backofficeKey"):
        said.append("without the backoffice key nothing can be refunded or looked up")
        if is_sandbox or not get("mbwayKey"):
            said.append("the keys of the methods are proved by the first payment only")
    if is_sandbox and get("mbwayKey"):
        said.append("MB WAY has no sandbox and is not offered")
    if is_sandbox and get("entity") and not get("mbKey"):
        said.append("references that are computed are real ones: not offered in the sandbox")
    if not KEY.fullmatch(get("antiPhishingKey")):
        said.append("the anti-phishing key should have 10 to 50 plain letters and digits")
    return tuple(said)
