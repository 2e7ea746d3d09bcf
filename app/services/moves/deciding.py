"""What became of a move, on a person's word: only where no answer can tell any more."""

from typing import Any

from app.extensions import transaction
from app.kit.errors import Conflict, NotFound
from app.models import MoveStatus
from app.services.moves.move import MADE, NOT_MADE, Move, Word
from app.services.moves.sending import is_being_asked

__all__ = ["MADE", "NOT_MADE", "Word", "decide"]

# The provider reads it as well, so it does not say which of the merchant's people looked.
NO_TRACE = "somebody looked at the payment company: it was not made"
_ENDS = {MADE: MoveStatus.succeeded, NOT_MADE: MoveStatus.failed}


def decide(
    kind: type[Move[Any, Any]], owner_id: str, move_id: str, word: Word, *, actor: str
) -> None:
    """Record what somebody saw at the gateway (a step); saying the same twice is fine.

    Raises NotFound, also for another owner's; Conflict `not_decided` while an answer may still
    tell, `being_asked` while one is on its way, `move_decided` when it ended otherwise meanwhile.
    """
    with transaction():
        move = kind.lock(move_id)
        row = move.row
        if move.owner_id != owner_id:
            raise NotFound("Nothing like that moved here")
        if row.status == _ENDS[word]:
            return
        if not row.is_undecided:
            raise Conflict(f"It is {row.status} by now", "move_decided")
        if word not in move.sayable:
            raise Conflict("Only the gateway's answer ends this: ask again", "not_decided")
        if is_being_asked(row):
            raise Conflict("The gateway is being asked at this moment", "being_asked")
        row.asking_since = None
        move.said(word, actor)
        if word == MADE:
            move.answered(move.as_made())
        else:
            move.not_made(NO_TRACE)
