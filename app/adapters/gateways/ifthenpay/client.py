"""Ifthenpay over HTTP. There are no headers to prove who we are: keys go in bodies, addresses and
queries, so nothing that is sent, and nothing that repeats it, may come out in words of ours."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Wire

__all__ = ["API", "SITE", "Client", "read_fields"]

API = "https://api.ifthenpay.com"
SITE = "https://ifthenpay.com"  # where callbacks are registered, and refunds at their old address

SECRETS = ("antiPhishingKey", "mbKey", "mbwayKey", "ccKey", "backofficeKey")
_SHORTEST = 4  # letters of what is looked for in their words; shorter is no key of theirs


class Client:
    """One merchant's account there, for as long as these credentials hold."""

    def __init__(self, credentials: base.Credentials) -> None:
        self._credentials = credentials
        self._api = Wire("Ifthenpay", credentials.base_url or API, _refused)
        self._site = Wire("Ifthenpay", credentials.base_url or SITE, _refused)

    def post(
        self, path: str, data: Mapping[str, Any], *, is_repeatable: bool = False
    ) -> dict[str, Any]:
        """POST to the API; the answer's fields, their names in small letters.

        Failures come as 200 with a code: reading it is the caller's business. Raises Unavailable
        for an answer that is no JSON object, and as Wire does.
        """
        return _fields(self._api.post(path, dict(data), is_repeatable=is_repeatable))

    def get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """GET from the API, as `post`; asking changes nothing and is tried twice."""
        return _fields(self._api.get(path, query))

    def reach(self, path: str) -> None:
        """See that the API answers at all."""
        self._api.get(path)

    def post_at_site(self, path: str, data: Mapping[str, Any]) -> Reply:
        """POST to the older host; the answer as it came."""
        return self._site.post(path, dict(data))

    def said(self, words: object, otherwise: str) -> str:
        """Their words without any key of ours in them; `otherwise` where they say nothing."""
        text = " ".join(str(words or "").split())
        for name in SECRETS:
            for value in self._credentials.live(name):
                if len(value) >= _SHORTEST:
                    text = text.replace(value, "…").replace(quote(value, safe=""), "…")
        return text[:200] or otherwise


def read_fields(reply: Reply) -> dict[str, Any]:
    """The answer's fields, names in small letters: `OrderId` comes as `orderId` at times. Empty
    for anything but a JSON object."""
    return {name.lower(): value for name, value in reply.data.items()}


def _fields(reply: Reply) -> dict[str, Any]:
    found = read_fields(reply)
    if not found:
        raise base.Unavailable("Ifthenpay answered with something unreadable")
    return found


def _refused(reply: Reply) -> base.GatewayError:
    if reply.status == 404:
        return base.Missing("Ifthenpay has nothing at this address")
    return base.Impossible(f"Ifthenpay refused the request ({reply.status})")
