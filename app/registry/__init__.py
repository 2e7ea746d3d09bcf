"""The catalogue: which services there are and what each needs. Forms, environment names, masking,
the API's list and the docs all read it; nothing repeats it."""

from collections.abc import Iterator, Mapping

from app.registry.others import OTHERS
from app.registry.payments import PAYMENTS
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = [
    "Field",
    "GatewaySpec",
    "Method",
    "Spec",
    "base_url_names",
    "gateway",
    "gateways",
    "mailers",
    "mark",
    "reasons",
    "secret_env_names",
    "services",
    "spec",
]

SERVICES: dict[str, Spec] = {one.key: one for one in (*PAYMENTS, *OTHERS)}


def services() -> Mapping[str, Spec]:
    """Every service by its key, in the catalogue's order."""
    return SERVICES


def spec(key: str) -> Spec:
    """One service. Raises KeyError for a name the catalogue does not have."""
    return SERVICES[key]


def gateways() -> dict[str, GatewaySpec]:
    """The services that move money, in the order the API lists them."""
    return {key: one.gateway for key, one in SERVICES.items() if one.gateway}


def gateway(key: str) -> GatewaySpec:
    """One gateway. Raises KeyError for anything that is not one."""
    return gateways()[key]


def mailers() -> list[str]:
    """The services that send mail; of several that are set up the first sends."""
    return [key for key, one in SERVICES.items() if one.room == "mail"]


def base_url_names() -> Iterator[str]:
    """Names of the environment variables with which an operator moves a service's host."""
    for one in SERVICES.values():
        yield from one.base_url_names


def reasons() -> Mapping[str, str]:
    """What adapters give as the reason of a failure, and how people read it, marked."""
    given = (one.reasons for one in gateways().values())
    return {said: read for each in given for said, read in each.items()}


def secret_env_names() -> Iterator[str]:
    """Names of the environment variables that hold a service's secrets."""
    for one in SERVICES.values():
        for field in one.fields:
            if field.is_secret:
                yield from field.env
