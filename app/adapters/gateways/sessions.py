"""Keep-alive connections to companies whose addresses are fixed or set by the operator."""

import threading
from typing import Any
from urllib.request import getproxies

import requests

__all__ = ["Sessions"]


class Sessions:
    """One keep-alive session a thread, with the environment's proxies read once: looking them up
    for every call costs more than the rest of the request's preparation."""

    def __init__(self) -> None:
        self._local = threading.local()
        # What the operator sets for tests and peers is plain http, and near; companies are https.
        self._proxies = {scheme: to for scheme, to in getproxies().items() if scheme == "https"}

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """One request; redirects are never followed, .netrc and other surroundings never read."""
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
            session.max_redirects = 0
            session.proxies.update(self._proxies)
        found: requests.Response = session.request(method, url, allow_redirects=False, **options)
        return found

    def close(self) -> None:
        """Sessions end with their threads."""
