"""Signing in with GitHub: OAuth 2 with PKCE and two questions to its API, no OpenID Connect.

Facts: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps and
https://docs.github.com/en/rest/users. A login can be renamed and taken by somebody else; the
numeric id stays. Ids of GitHub Enterprise Server are its own: after a change of GITHUB_BASE_URL
the same number is another person.
"""

from collections.abc import Mapping
from typing import Any

from authlib.integrations.requests_client import OAuth2Session

from app.adapters.oauth import code_flow
from app.adapters.oauth.base import Begun, Identity, SignInRefused, SignInUnavailable
from app.adapters.oauth.wire import calls, json_of, origin_of

__all__ = ["API_BASE", "BASE_URL", "GitHub"]

BASE_URL = "https://github.com"
API_BASE = "https://api.github.com"
SCOPE = "read:user user:email"
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHub:
    """GitHub as a base.Company."""

    key = "github"
    title = "GitHub"

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        base_url: str = BASE_URL,
        api_base: str = API_BASE,
    ) -> None:
        self.origin = origin_of(base_url)
        self._client = (client_id, client_secret, SCOPE)
        self._base_url = base_url.rstrip("/")
        self._api_base = api_base.rstrip("/")

    def begin(self, redirect_uri: str, *, again: bool = False) -> Begun:
        """As base.Company; GitHub has no way to be asked for a new sign-in, nor says when the last
        one was."""
        page = f"{self._base_url}/login/oauth/authorize"
        with calls(*self._client) as session:
            return code_flow.begin(session, page, redirect_uri, again=again)

    def finish(self, begun: Begun, redirect_uri: str, params: Mapping[str, str]) -> Identity:
        with calls(*self._client) as session:
            code = code_flow.code_of(begun, params)
            url = f"{self._base_url}/login/oauth/access_token"
            code_flow.trade(session, url, code, redirect_uri, begun)
            user = self._user(session)
            address = self._primary(session)
        return Identity.told(
            self.key,
            str(user["id"]),
            email=address.get("email"),
            is_verified=address.get("verified"),
            name=user.get("name") or user.get("login"),
        )

    def _user(self, session: OAuth2Session) -> dict[str, Any]:
        answer = session.get(f"{self._api_base}/user", headers=HEADERS)
        if answer.status_code == 401:
            raise SignInRefused("invalid", "the API refuses the token it was just given")
        if answer.status_code != 200:
            raise SignInUnavailable(f"the API answered {answer.status_code} for the user")
        user = json_of(answer)
        if not isinstance(user, dict) or type(user.get("id")) is not int:
            raise SignInUnavailable("the API's user has no id")
        return user

    def _primary(self, session: OAuth2Session) -> dict[str, Any]:
        """The person's primary address; empty when there is none, or they did not let us see it.

        `email` of the user itself is the public one: often null, and another one at will.
        """
        answer = session.get(f"{self._api_base}/user/emails?per_page=100", headers=HEADERS)
        if answer.status_code in {403, 404}:
            return {}
        if answer.status_code != 200:
            raise SignInUnavailable(f"the API answered {answer.status_code} for the addresses")
        found = json_of(answer)
        rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
        return next((row for row in rows if row.get("primary") is True), {})
