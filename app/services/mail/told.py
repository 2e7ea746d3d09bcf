"""Letters that tell a person what was done to their account, so that they notice what they did not
do themselves."""

from collections.abc import Callable, Mapping

from app.extensions import settings
from app.services.mail.draft import Draft, Say

__all__ = ["TOLD"]


def _address_change_asked(_: Say, args: Mapping[str, str]) -> Draft:
    return Draft(
        _("Your e-mail address is to be changed"),
        (
            _("Somebody, most likely you, asked to give your account another e-mail address."),
            _("It changes once the link that was sent there is opened, within a day."),
            _(
                "If it was not you, choose a new password at once with the link below: the change "
                "ends with it, and so does whoever is signed in."
            ),
        ),
        _new_password(_),
        _about_account(_),
    )


def _address_changed(_: Say, args: Mapping[str, str]) -> Draft:
    return Draft(
        _("Your e-mail address was changed"),
        (
            _("Your account now belongs to another e-mail address. This one no longer signs in."),
            _("If it was not you, tell whoever runs this installation at once."),
        ),
        why=_("You get this because this address belonged to the account until now."),
    )


def _password_changed(_: Say, args: Mapping[str, str]) -> Draft:
    return Draft(
        _("Your password was changed"),
        (
            _("The password of your account was changed, and other browsers were signed out."),
            _("If it was not you, choose a new password at once with the link below."),
        ),
        _new_password(_),
        _about_account(_),
    )


def _identity_connected(_: Say, args: Mapping[str, str]) -> Draft:
    names = {"company": args["company"]}
    return Draft(
        _("%(company)s signs you in from now on") % names,
        (
            _("An account at %(company)s was connected with yours, and can sign in to it.") % names,
            _(
                "If it was not you, choose a new password at once with the link below, then "
                "disconnect %(company)s under Your account."
            )
            % names,
        ),
        _new_password(_),
        _about_account(_),
    )


def _identity_removed(_: Say, args: Mapping[str, str]) -> Draft:
    names = {"company": args["company"]}
    return Draft(
        _("%(company)s no longer signs you in") % names,
        (
            _("The account at %(company)s was disconnected from yours.") % names,
            _("If it was not you, choose a new password at once with the link below."),
        ),
        _new_password(_),
        _about_account(_),
    )


def _second_factor_on(_: Say, args: Mapping[str, str]) -> Draft:
    return Draft(
        _("A second factor is switched on"),
        (
            _("Signing in to your account now takes a code of an authenticator app as well."),
            _(
                "If it was not you, choose a new password at once with the link below, and tell "
                "whoever runs this installation."
            ),
        ),
        _new_password(_),
        _about_account(_),
    )


def _second_factor_off(_: Say, args: Mapping[str, str]) -> Draft:
    return Draft(
        _("Your second factor is switched off"),
        (
            _("Signing in to your account no longer takes a code of an authenticator app."),
            _(
                "If it was not you, choose a new password at once with the link below, then switch "
                "it on again under Your account."
            ),
        ),
        _new_password(_),
        _about_account(_),
    )


def _new_password(_: Say) -> tuple[str, str]:
    """What whoever did not do it themselves does first: it signs everybody else out."""
    return (_("Choose a new password"), f"{settings().public_base_url}/login/forgot")


def _about_account(_: Say) -> str:
    return _("You get this because this address belongs to the account.")


TOLD: dict[str, Callable[[Say, Mapping[str, str]], Draft]] = {
    "address_change_asked": _address_change_asked,
    "address_changed": _address_changed,
    "password_changed": _password_changed,
    "identity_connected": _identity_connected,
    "identity_removed": _identity_removed,
    "second_factor_on": _second_factor_on,
    "second_factor_off": _second_factor_off,
}
