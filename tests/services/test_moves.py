"""What the kinds of moves have in common, by what their base promises."""

import pytest

from app.extensions import transaction
from app.kit.errors import NotFound
from app.services import escrow, moves, payouts, refunds
from tests import world

assert all((escrow, payouts, refunds))  # imported: each brings its kinds along
KINDS = moves.Move.__subclasses__()


def test_these_are_the_kinds():
    names = {kind.__name__ for kind in KINDS}
    assert names == {"_Transfer", "_Reversal", "_Refund", "_Payout"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_one_that_is_not_there_is_not_found(app, kind):
    shop = world.open_shop(app)
    with shop.inside(), transaction(), pytest.raises(NotFound):
        kind.lock("nothing")
