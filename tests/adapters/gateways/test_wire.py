"""A call that is sent once more: what its answer says of the first, which got none."""

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Wire


def wire(*answers: Reply | base.Unavailable) -> Wire:
    """A company that gives these answers, one after the other."""
    left = list(answers)

    def transport(*_asked) -> Reply:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Wire("Acme", "https://api.test", _refuse, transport=transport)


def _refuse(reply: Reply) -> base.GatewayError:
    return (base.Misconfigured if reply.status == 409 else base.Impossible)("no")


def silence() -> base.Unavailable:
    return base.Unavailable("Acme did not answer in time")


def answer(status: int) -> Reply:
    return Reply(status, {}, b"{}")


# 409 stands for a company's own way to say that it does not accept our settings.
TURNED_AWAY = {
    429: base.Busy,
    401: base.Misconfigured,
    403: base.NotPermitted,
    409: base.Misconfigured,
}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", TURNED_AWAY)
def test_turned_away_after_silence_it_may_have_happened(method, status):
    with pytest.raises(base.Unavailable, match="did not answer in time"):
        wire(silence(), answer(status)).call(method, "/refunds", {}, is_repeatable=True)


@pytest.mark.parametrize("status", TURNED_AWAY)
def test_turned_away_at_once_nothing_happened(status):
    with pytest.raises(TURNED_AWAY[status]):
        wire(answer(status)).post("/refunds", {}, is_repeatable=True)


@pytest.mark.parametrize("status", TURNED_AWAY)
def test_what_only_asks_says_why_it_was_turned_away(status):
    with pytest.raises(TURNED_AWAY[status]):
        wire(silence(), answer(status)).get("/refunds")


def test_a_no_to_the_key_counts_for_both():
    with pytest.raises(base.Impossible):
        wire(silence(), answer(422)).post("/refunds", {}, is_repeatable=True)


def test_what_the_second_is_told_was_made_is_the_answer():
    assert wire(silence(), answer(200)).post("/refunds", {}, is_repeatable=True).is_ok


def test_what_carries_no_key_is_sent_once():
    with pytest.raises(base.Unavailable):
        wire(silence(), answer(200)).post("/refunds", {})
