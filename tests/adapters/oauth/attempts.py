"""Signing in from beginning to end, and how it ends when it does not work."""

import pytest

from app.adapters.oauth import companies
from app.adapters.oauth.base import Begun, Company, Identity, SignInRefused, SignInUnavailable

BACK = "https://pay.example.com/auth/callback"


def google_at(fake, client_id: str = "client") -> Company:
    """Google, as if it were at this provider."""
    return companies(
        {
            "GOOGLE_CLIENT_ID": client_id,
            "GOOGLE_CLIENT_SECRET": "client-secret",
            "GOOGLE_DISCOVERY_URL": fake.discovery_url,
        }
    )["google"]


def sign_in(company: Company, fake, who: str = "ana") -> Identity:
    """The whole way, with a person who agrees."""
    begun = company.begin(BACK)
    return company.finish(begun, BACK, fake.consent(begun.url, who))


def refused(company: Company, fake, who: str = "ana") -> SignInRefused:
    """The same, refused."""
    with pytest.raises(SignInRefused) as caught:
        sign_in(company, fake, who)
    return caught.value


def unavailable(company: Company, fake, who: str = "ana") -> SignInUnavailable:
    """The same, with a company that cannot be understood."""
    with pytest.raises(SignInUnavailable) as caught:
        sign_in(company, fake, who)
    return caught.value


def turned_away(company: Company, begun: Begun, params: dict[str, str]) -> SignInRefused:
    """A callback that is refused."""
    with pytest.raises(SignInRefused) as caught:
        company.finish(begun, BACK, params)
    return caught.value
