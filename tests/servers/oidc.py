"""An OpenID provider that behaves (the `oidc-provider-mock` wheel), in a thread of this process."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

from app.adapters.oauth import discovery
from tests.fakes import companys_page

__all__ = ["OidcServer", "start"]


@dataclass(frozen=True)
class OidcServer:
    """Takes any client id and secret, and checks no PKCE."""

    url: str

    @property
    def discovery_url(self) -> str:
        """GOOGLE_DISCOVERY_URL."""
        return f"{self.url}/.well-known/openid-configuration"

    def person(self, sub: str, **claims: object) -> None:
        """Open or change an account. Without this, whoever signs in has their `sub` as address,
        and nothing says that it is verified."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        kind = {"Content-Type": "application/json"}
        connection.request("PUT", f"/users/{quote(sub)}", json.dumps(claims), kind)
        assert connection.getresponse().status == 204
        connection.close()

    def consent(self, url: str, sub: str) -> dict[str, str]:
        """The person signs in as `sub` and agrees; the callback's query parameters."""
        return companys_page.click(url, sub=sub)

    def refuse(self, url: str) -> dict[str, str]:
        """The person says no; the callback's query parameters, which here lack the state."""
        return companys_page.click(url, action="deny")


@contextmanager
def start() -> Iterator[OidcServer]:
    """A provider on a free port, forgotten by the process when it begins: the port may have been
    another one's before."""
    with warnings.catch_warnings():
        from authlib.deprecate import AuthlibDeprecationWarning

        # The mock still imports authlib.jose, which warns once, when it is imported.
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from oidc_provider_mock import run_server_in_thread
    discovery.provider.cache_clear()
    with run_server_in_thread() as server:
        yield OidcServer(f"http://127.0.0.1:{server.server_port}")
