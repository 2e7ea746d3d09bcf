"""What a person is told about keys that were not saved: each refusal in the reader's language."""

from typing import Any

from flask_babel import gettext as _

from app.kit.errors import AppError

__all__ = ["sentence"]


def sentence(error: AppError) -> str:
    """What happened, what is as before, and what to do; the refusal's own text for any other."""
    known = _of_keys(error.code, error.details) or _short(error.code, error.details)
    return " ".join(known) if known else error.message


def _of_keys(code: str, told: dict[str, Any]) -> list[str]:
    """Of keys that were tried before they were saved, and were not saved."""
    said, account, before = (told.get(name, "") for name in ("said", "account", "before"))
    still = _("Nothing was saved; what is stored goes on working.")
    again = _("If you mean it, type it again and tick the box below.")
    moves = _("Payments of the account so far could no longer be refunded or looked up from here.")
    texts = {
        "key_refused": [_("They do not accept it: %(said)s", said=said), still],
        "first_key_refused": [
            _("They do not accept it: %(said)s", said=said),
            _("Nothing was saved. Copy it again, and look whether it is of test or live mode."),
            again,
        ],
        "key_unanswered": [_("They did not answer: %(said)s", said=said), still, again],
        "key_unproved": [
            _("They know it, but it lacks the right to be tried: %(said)s", said=said),
            still,
            again,
        ],
        "other_account": [
            _("It is of account %(new)s, the stored one of %(old)s.", new=account, old=before),
            moves,
            still,
            again,
        ],
        "account_unknown": [
            _("It is of account %(new)s; whose the stored one is, nobody can say.", new=account),
            _("If they differ:"),
            moves,
            still,
            again,
        ],
    }
    return texts.get(code, [])


def _short(code: str, told: dict[str, Any]) -> list[str]:
    texts = {
        "not_a_key": _("A key has plain letters, digits and signs. Was it copied while hidden?"),
        "wrong_prefix": _(
            "That is another kind of value: this one starts with %(begins)s.",
            begins=told.get("begins", ""),
        ),
        "wrong_shape": _(
            "That is another kind of value: this one looks like %(example)s.",
            example=told.get("example", ""),
        ),
        "mixed_modes": _("One key is for test mode and another for live mode."),
        "not_alone": _("This and the field beside it belong together: fill in both, or none."),
        "not_a_number": _("Give a whole number."),
        "not_an_address": _(
            "Give an address like shop@example.com, or My Shop <shop@example.com>."
        ),
        "type_again": _("This would be sent to another server from now on: type it again."),
        "still_needed": _(
            "It does not work without this. To remove everything, tick “Remove the stored value” "
            "at the secrets as well."
        ),
        "nothing_kept": _("No key from before is kept any more."),
        "previous_refused": _(
            "Nothing was changed: they do not accept the key from before. They said: %(said)s",
            said=told.get("said", ""),
        ),
        "no_answer": _("They did not answer, so nothing was changed. Try again in a minute."),
    }
    return [texts[code]] if code in texts else []
