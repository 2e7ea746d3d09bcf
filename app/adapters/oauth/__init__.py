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
    given = {name: value.strip() for name, value in values.items() if value and value.strip()}
    found: dict[str, Company] = {}
    if {"GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"} <= given.keys():
        found["google"] = _google(given)
    if {"GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"} <= given.keys():
        found["github"] = _github(given)
    return found


def _google(given: Mapping[str, str]) -> Company:
    from app.adapters.oauth.google import DISCOVERY_URL, Google

    url = given.get("GOOGLE_DISCOVERY_URL", DISCOVERY_URL)
    return Google(given["GOOGLE_CLIENT_ID"], given["GOOGLE_CLIENT_SECRET"], url)


def _github(given: Mapping[str, str]) -> Company:
    """A GitHub elsewhere without an address of its API has it where GitHub Enterprise Server
    does; its tokens never travel to github.com."""
    from app.adapters.oauth.github import API_BASE, BASE_URL, GitHub

    base = given.get("GITHUB_BASE_URL", BASE_URL).rstrip("/")
    api = given.get("GITHUB_API_BASE", API_BASE if base == BASE_URL else f"{base}/api/v3")
    return GitHub(given["GITHUB_CLIENT_ID"], given["GITHUB_CLIENT_SECRET"], base, api)
