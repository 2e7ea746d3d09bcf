"""Square's locations: where the money goes, and in which currency. A payment is in its location's
currency (https://developer.squareup.com/docs/locations-api)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.gateways.square.client import part
from app.adapters.gateways.wire import Wire

__all__ = ["account_of", "currency_of", "listed", "remarks_about"]

SHOWN = 10  # of an account's locations, in one sentence


def listed(wire: Wire) -> list[dict[str, Any]]:
    """Every location of the account, inactive ones too. Raises NotPermitted without
    MERCHANT_PROFILE_READ."""
    found = wire.get("/v2/locations").data.get("locations") or ()
    return [one for one in found if isinstance(one, dict)]


def currency_of(wire: Wire, location_id: str) -> str | None:
    """The currency of a location; None where it cannot be asked."""
    try:
        found = part(wire.get(f"/v2/locations/{quote(location_id, safe='')}"), "location")
    except base.GatewayError:
        return None
    return found.get("currency")


def account_of(locations: Sequence[Mapping[str, Any]], location_id: str) -> Mapping[str, Any]:
    """The chosen location. Raises Misconfigured, naming it and what there is instead, when it is
    not there or nothing can be paid at it."""
    chosen = next((one for one in locations if one.get("id") == location_id), None)
    active = [one for one in locations if one.get("status") == "ACTIVE"]
    if chosen is None:
        raise base.Misconfigured(
            f"this account has no location {location_id}; it has {_all(locations)}"
        )
    if chosen.get("status") != "ACTIVE":
        raise base.Misconfigured(
            f"the location {_one(chosen)} is inactive; active is {_all(active)}"
        )
    return chosen


def remarks_about(
    chosen: Mapping[str, Any], locations: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    """What Test connection says of the location and its neighbours."""
    found = [
        f"Paid at {_one(chosen)}: amounts in other currencies than {chosen.get('currency')}"
        " are refused there."
    ]
    if "CREDIT_CARD_PROCESSING" not in (chosen.get("capabilities") or ()):
        found.append("This location cannot take cards yet: activate it at Square.")
    if others := [one for one in locations if one.get("id") != chosen.get("id")]:
        found.append(f"Other locations: {_all(others)}.")
    return tuple(found)


def _all(locations: Sequence[Mapping[str, Any]]) -> str:
    named = [_one(one) for one in locations[:SHOWN]]
    if len(locations) > SHOWN:
        named.append(f"{len(locations) - SHOWN} more")
    return "; ".join(named) or "none"


def _one(location: Mapping[str, Any]) -> str:
    state = "" if location.get("status") == "ACTIVE" else ", inactive"
    return f"{location.get('name')} ({location.get('id')}, {location.get('currency')}{state})"
