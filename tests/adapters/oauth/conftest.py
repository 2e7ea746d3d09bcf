"""The companies' stand-ins, and the adapters pointed at them."""

import pytest

from app.adapters.oauth import companies, discovery
from tests.adapters.oauth.attempts import google_at
from tests.fakes.github import GitHubFake
from tests.fakes.openid import OpenIdFake


@pytest.fixture(autouse=True)
def nothing_known():
    """A port may come again with other keys behind it."""
    discovery.provider.cache_clear()


@pytest.fixture
def openid():
    with OpenIdFake() as fake:
        yield fake


@pytest.fixture
def google(openid):
    return google_at(openid)


@pytest.fixture
def hub():
    with GitHubFake() as fake:
        fake.app("client", "client-secret")
        fake.person("ana", 583231, name="Ana Maria")
        yield fake


@pytest.fixture
def github(hub):
    return companies(
        {
            "GITHUB_CLIENT_ID": "client",
            "GITHUB_CLIENT_SECRET": "client-secret",
            "GITHUB_BASE_URL": hub.url,
            "GITHUB_API_BASE": hub.api,
        }
    )["github"]
