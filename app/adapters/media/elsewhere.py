"""Pictures that lie at addresses which providers name: asked for once, and never led elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from app.adapters.gateways import base
from app.kit.images import MAX_BYTES

if TYPE_CHECKING:
    from app.kit.http.guarded import Answer

__all__ = ["Elsewhere"]

TOTAL = 12.0  # seconds for one picture
_TAKEN = {"Accept": "image/webp, image/png, image/jpeg, image/gif"}
_WHY = {
    "E_BLOCKED": "the address is not one that may be called from here",
    "E_TIMEOUT": "the server did not answer in time",
}


class Elsewhere:
    """Fetches pictures through the guarded client. `networks` are private ones that the operator
    lets in."""

    def __init__(
        self, networks: Sequence[IPv4Network | IPv6Network] = (), *, https_only: bool = True
    ) -> None:
        from app.kit.http.addresses import AddressPolicy
        from app.kit.http.guarded import GuardedClient, Limits

        limits = Limits(total=TOTAL, body=MAX_BYTES)
        policy = AddressPolicy(tuple(networks))
        self._client = GuardedClient(policy, limits, https_only=https_only)

    def fetch(self, url: str) -> bytes:
        """A file of at most MAX_BYTES, whatever it is. Raises base.Unavailable where asking again
        may help, base.Declined and base.Misconfigured where not."""
        from app.kit.http.guarded import SendError

        try:
            answer = self._client.get(url, _TAKEN)
        except SendError as error:
            kind = base.Misconfigured if error.code == "E_BLOCKED" else base.Unavailable
            # What the client knows beyond its code is for operators: it would map their network.
            raise kind(_WHY.get(error.code, "the server could not be reached")) from None
        return _file_of(answer)


def _file_of(answer: Answer) -> bytes:
    if answer.status == 429 or answer.status >= 500:
        raise base.Unavailable(f"the server answered {answer.status}")
    if 300 <= answer.status < 400:
        raise base.Declined("the address leads on to another one: give that one")
    if answer.status != 200:
        raise base.Declined(f"the server answered {answer.status}")
    if answer.truncated:
        raise base.Declined("The file is larger than 1 MiB")
    if not answer.body:
        raise base.Declined("the file is empty")
    return answer.body
