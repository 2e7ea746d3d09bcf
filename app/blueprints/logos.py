"""Logos at the doors: the form that uploads one, and the addresses they are shown at."""

import re
from typing import Any

from flask import Flask, Response, g, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from app.blueprints.forms import refuse
from app.kit.errors import AppError
from app.kit.images import MAX_BYTES, MAX_SIDE, MEDIA_TYPE
from app.models import ItemImage, Logo
from app.services import logos

__all__ = ["LARGEST", "LogoForm", "address_of", "init_app", "refused"]

# Bytes of a request with a file. Four times what is taken, so that whoever picks a photograph is
# told so beside the field and not by an error page.
LARGEST = 4 * MAX_BYTES
_SOURCE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~%/-]+", re.ASCII)


class LogoForm(FlaskForm):  # type: ignore[misc]
    """One file. Its name and declared type are nobody's business: its bytes decide."""

    logo = FileField(
        _("Image file"),
        description=_(
            "PNG, JPEG, WebP or GIF, up to 1 MiB. It is made to fit, and nothing else of"
            " the file is kept."
        ),
        render_kw={"accept": "image/png, image/jpeg, image/webp, image/gif"},
    )

    @property
    def content(self) -> bytes:
        """The file, up to one byte more than is taken."""
        sent = self.logo.data
        return sent.stream.read(MAX_BYTES + 1) if hasattr(sent, "stream") else b""


def refused(form: LogoForm, error: AppError) -> int:
    """Put a refusal into the form, in the reader's language; the status to answer with."""
    error.message = _sentence(error)
    error.details.setdefault("field", "logo")
    return refuse(form, error)


def init_app(app: Flask) -> None:
    """Serve the pictures that we keep, and let templates know where each is."""
    app.add_url_rule("/logos/<subject>/<name>", "logo", _picture)
    app.add_template_global(address_of, "picture_address")


def address_of(picture: Logo | ItemImage) -> str:
    """Where a browser gets a picture. The page that asks may then load it from there, also when
    that is the ImageKit its organization keeps pictures at."""
    if not picture.url:
        subject, _slash, name = picture.ref.partition("/")
        return url_for("logo", subject=subject, name=name)
    source = picture.url.partition("?")[0]
    if _SOURCE.fullmatch(source):
        g.setdefault("image_sources", set()).add(source)
    return picture.url


def _picture(subject: str, name: str) -> Response:
    """A picture never changes: its name is the digest of its bytes."""
    response = Response(logos.read(f"{subject}/{name}"), mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _sentence(error: AppError) -> str:
    said: Any = error.details.get("said", "")
    texts = {
        "image_missing": gettext("Choose a file first."),
        "image_too_large": gettext("The file is larger than 1 MiB. Save it smaller."),
        "image_is_svg": gettext("SVG files are not taken. Save it as PNG first."),
        "image_unknown": gettext("That is not a PNG, JPEG, WebP or GIF."),
        "image_too_wide": gettext(
            "The image has more than %(most)s pixels on a side. Make it smaller.", most=MAX_SIDE
        ),
        "image_broken": gettext("The file is damaged. Save the image once more and try again."),
        "image_not_kept": gettext("It could not be written on this server. Nothing was changed."),
        "images_misconfigured": gettext(
            "ImageKit is not set up completely. Complete it under Integrations, or remove its"
            " values."
        ),
        "images_away": gettext("It could not be kept at ImageKit now: %(said)s", said=said),
        "images_refused": gettext("ImageKit does not take it: %(said)s", said=said),
    }
    return str(texts.get(error.code) or error.message)
