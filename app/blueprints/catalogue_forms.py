"""Forms made from the catalogue alone: a service's fields become inputs, whatever the service."""

from typing import Any, TypedDict

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.blueprints.forms import StoredForm, refuse
from app.blueprints.key_sentences import sentence
from app.kit.errors import AppError
from app.registry import Field
from app.services.integrations import Card, Insists

__all__ = ["Sent", "form_for", "missing", "refused", "saved", "sent"]

REMOVE = "remove-"  # before a field's name: the box that forgets a stored secret
UNCHECKED, OTHER_ACCOUNT = "save-unchecked", "other-account"
# Which box a refusal offers to whoever means it all the same.
OFFERS = {
    "first_key_refused": UNCHECKED,
    "key_unanswered": UNCHECKED,
    "key_unproved": UNCHECKED,
    "other_account": OTHER_ACCOUNT,
    "account_unknown": OTHER_ACCOUNT,
}


class Sent(TypedDict):
    """What a person sent with a service's form."""

    typed: dict[str, str]
    removed: list[str]
    insists: Insists
    seen: str | None


def form_for(card: Card) -> StoredForm:
    """The form of a service with its public values filled in. A stored secret is never sent to a
    browser: its input is empty, and empty keeps."""
    inputs = {one.name: _input(one, card) for one in card.spec.fields}
    boxes = {
        REMOVE + name: BooleanField(_("Remove the stored value")) for name in sorted(card.notes)
    }
    boxes[UNCHECKED] = BooleanField(_("Save it though it could not be tried"))
    boxes[OTHER_ACCOUNT] = BooleanField(_("Save it though it belongs to another account"))
    # `offered` names the box to show: nobody is asked to insist before they were told why.
    made: type[Any] = type("ServiceForm", (StoredForm,), {**inputs, **boxes, "offered": ""})
    form: StoredForm = made(data={**card.values, "version": card.version})
    return form


def sent(form: StoredForm, card: Card) -> Sent:
    """What was typed, what is to go, what was ticked after a warning, and over what."""
    return {
        "typed": _typed(form, card),
        "removed": _removed(form, card),
        "insists": Insists(bool(form[UNCHECKED].data), bool(form[OTHER_ACCOUNT].data)),
        "seen": form.version.data,
    }


def refused(card: Card, error: AppError) -> tuple[StoredForm, int]:
    """The form that was sent once more, with what was wrong with it, the box that a refusal
    offers, and the status to answer with; `card` is how things stand by now."""
    form = form_for(card)
    if error.code == "saved_meanwhile":
        public = [one for one in card.spec.fields if not one.is_secret]
        form.compare({one.name: _stored(one, card) for one in public}, card.version)
    form.offered = OFFERS.get(error.code, "")
    error.message = sentence(error)
    return form, refuse(form, error)


def saved(before: Card, now: Card, is_taken: bool) -> tuple[str, str]:
    """What is said when a form was saved, and of which kind it is; keys that were typed are taken
    where the company said so."""
    if now.source == "own" and now.missing:
        said = _("Saved, but it cannot be used yet. Missing: %(fields)s.", fields=missing(now))
        return str(said), "bad"
    if before.source == "own" and now.source == "environment":
        return str(_("Your values are gone; from now on the operator's are used.")), "message"
    if before.source == "own" and now.source == "none":
        return str(_("Your values are gone; nothing is paid through it any more.")), "message"
    if is_taken:
        return str(_("Saved. They accept the keys.")), "message"
    return str(_("Saved.")), "message"


def missing(card: Card) -> str:
    """Labels of the fields that still have to be filled in; those of which one would do by “or”."""
    labels = {name: str(_(card.spec.field(name).label)) for name in card.missing}
    choice = [labels.pop(name) for name in card.spec.any_of if name in labels]
    either = [str(_(" or ")).join(choice)] if choice else []
    return ", ".join([*labels.values(), *either])


def _stored(one: Field, card: Card) -> str | bool:
    value = card.values.get(one.name, "")
    if one.kind == "switch":
        return bool(value)
    return value or (one.default if one.kind == "choice" else "")


def _typed(form: FlaskForm, card: Card) -> dict[str, str]:
    found = {one.name: form[one.name].data for one in card.spec.fields}
    return {name: _text(value) for name, value in found.items()}


def _removed(form: FlaskForm, card: Card) -> list[str]:
    """Fields whose stored value is to go: secrets whose box is ticked, public ones left empty."""
    secrets = [name for name in card.notes if form[REMOVE + name].data]
    public = [one.name for one in card.spec.fields if not one.is_secret and not form[one.name].data]
    return secrets + public


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value or "")


def _input(one: Field, card: Card) -> Any:
    label, help_text = _(one.label), _(one.help) if one.help else ""
    looks = {"spellcheck": "false", "autocomplete": "off"}
    needed = one.required and not card.is_set(one.name)
    checks = [InputRequired(_("Please fill this in")) if needed else Optional(), Length(max=2000)]
    if one.kind == "secret":
        if one.name in card.notes:
            checks = checks[1:]  # neither needed nor optional: empty keeps what is there
        return PasswordField(label, checks, description=help_text, render_kw=looks)
    if one.kind == "choice":
        return SelectField(
            label, choices=list(one.choices), default=one.default, description=help_text
        )
    if one.kind == "switch":
        return BooleanField(label, description=help_text)
    if one.kind == "number":
        looks["inputmode"] = "numeric"
    if one.default:
        looks["placeholder"] = one.default
    return StringField(label, checks, description=help_text, render_kw=looks)
