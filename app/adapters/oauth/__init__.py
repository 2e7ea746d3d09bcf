"""Companies that people can sign in with. One file each, all as base.Company."""

from collections.abc import Mapping

from app.adapters.oauth.base import Company

__all__ = ["companies"]


def companies(values: Mapping[str, str]) -> dict[str, Company]:
    """The companies whose client id and secret are both set, by key, in the order to show.

    `values` are settings: GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID,
    GITHUB_CLIENT_SECRET; and other addresses, where the operator chose some:
    GOOGLE_DISCOVERY_URL, GITHUB_BASE_URL, GITHUB_API_BASE. What is absent or blank is not set.
    Nobody is called, and what a company publishes is kept by the process, so this may be asked
    for every request. The libraries behind a company are imported when it is first offered.
    """
    found: dict[str, Company] = {}
    for key, make in (("google", _google), ("github", _github)):
        own = _of_one(key.upper() + "_", values)
        if {"CLIENT_ID", "CLIENT_SECRET"} <= own.keys():
            found[key] = make(own)
    return found


def _of_one(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    """One company's settings that are set, by their names without its own."""
    own = {name: value for name, value in values.items() if name.startswith(prefix)}
    return {
        name.removeprefix(prefix): value.strip()
        for name, value in own.items()
        if value and value.strip()
    }


def _google(own: Mapping[str, str]) -> Company:
    from app.adapters.oauth.google import DISCOVERY_URL, Google

    url = own.get("DISCOVERY_URL", DISCOVERY_URL)
    return Google(own["CLIENT_ID"], own["CLIENT_SECRET"], url)


def _github(own: Mapping[str, str]) -> Company:
    """A GitHub elsewhere without an address of its API has it where GitHub Enterprise Server
    does; its tokens never travel to github.com."""
    from app.adapters.oauth.github import API_BASE, BASE_URL, GitHub

    base = own.get("BASE_URL", BASE_URL).rstrip("/")
    api = own.get("API_BASE", API_BASE if base == BASE_URL else f"{base}/api/v3")
    return GitHub(own["CLIENT_ID"], own["CLIENT_SECRET"], base, api)
