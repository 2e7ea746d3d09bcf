"""Links that prove something: signed, for one purpose, for a limited time. Nothing of them is
stored, so nobody finds one in a database."""

from collections.abc import Sequence

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

__all__ = ["BadLink", "read", "sign"]


class BadLink(Exception):
    """Not a link of ours; `is_old` when it was one and its time is up."""

    def __init__(self, *, is_old: bool = False) -> None:
        super().__init__("the link is too old" if is_old else "not a link of ours")
        self.is_old = is_old


def sign(key: str, purpose: str, *parts: str) -> str:
    """A token that carries `parts`, readable by anybody, made only by who holds `key`."""
    return str(_serializer(key, purpose).dumps(parts))


def read(key: str, purpose: str, token: str, *, seconds: int, parts: int) -> Sequence[str]:
    """What `sign` put into a token of at most this age. Raises BadLink."""
    try:
        found = _serializer(key, purpose).loads(token, max_age=seconds)
    except SignatureExpired as error:
        raise BadLink(is_old=True) from error
    except BadData as error:
        raise BadLink from error
    if not isinstance(found, list) or len(found) != parts:
        raise BadLink
    return [str(one) for one in found]


def _serializer(key: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt=f"gatehouse/{purpose}")
