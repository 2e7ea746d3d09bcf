"""ImageKit: pictures in a merchant's own account, shown from its address.

Facts: the official SDK (imagekitio 5). Bytes are sent and never an address, so that nobody can have
ImageKit fetch something in the merchant's name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from app.adapters.gateways import base
from app.adapters.media.base import Kept
from app.kit.images import BOX, MEDIA_TYPE, Picture

if TYPE_CHECKING:
    from app.adapters.gateways.wire import Reply, Transport, Wire

__all__ = ["ImageKit"]

API, UPLOAD = "https://api.imagekit.io", "https://upload.imagekit.io"
FOREVER = 9_999_999_999  # what is signed in place of a moment, where an address does not end
_PATH_SAFE = "/:@!$&'()*+,;=-._~"  # RFC 3986, as the SDK leaves it
FIT = f"w-{BOX[0]},h-{BOX[1]},c-at_max"
WITHOUT_BACKGROUND = "e-bgremove"  # first in a chain: it is paid by the picture it is given


class ImageKit:
    """One account of ImageKit. `apiBase` and `uploadBase` among the values are the operator's."""

    name = "imagekit"
    # How it is called: through the guarded client, set by create_app, since adapters read no
    # settings.
    guarded: ClassVar[Transport]

    def __init__(self, credentials: base.Credentials) -> None:
        self._key = credentials["privateKey"].strip()
        self._endpoint = credentials["urlEndpoint"].strip().rstrip("/")
        self._steps: tuple[str, ...] = (FIT,)
        if credentials.get("removeBackground") == "on":
            self._steps = (WITHOUT_BACKGROUND, FIT)
        self._api = self._wire(credentials.get("apiBase", API))
        self._upload = self._wire(credentials.get("uploadBase", UPLOAD))

    def verify(self) -> base.Verification:
        """Ask for one file, which changes nothing. Raises GatewayError."""
        self._api.get("/v1/files", {"limit": "1"})
        return base.Verification(self._endpoint, None)

    def keep(self, subject: str, picture: Picture, *, is_logo: bool = True) -> Kept:
        """Upload a picture; what is no logo is shown as it is. Raises GatewayError."""
        from urllib3.filepost import encode_multipart_formdata

        body, kind = encode_multipart_formdata(
            {
                "file": (f"{picture.digest}.webp", picture.content, MEDIA_TYPE),
                "fileName": f"{picture.digest}.webp",
                "folder": f"/gatehouse/{subject}",
                # Each upload is a file of its own, so deleting one never takes another's.
                "useUniqueFileName": "true",
            }
        )
        said = self._upload.call(
            "POST", "/api/v1/files/upload", body=body, headers={"Content-Type": kind}
        ).data
        ref, path = said.get("fileId"), said.get("filePath")
        if not isinstance(ref, str) or not isinstance(path, str) or not ref:
            raise base.Unavailable("ImageKit did not say where the picture is")
        return Kept(ref, self.address(path, *(self._steps if is_logo else ())))

    def drop(self, kept: Kept) -> None:
        """Delete a picture, and have the copies forgotten that browsers are given. Raises
        GatewayError; can be repeated."""
        with suppress(base.Missing):  # gone already, and what is left is its copies
            self._api.call("DELETE", f"/v1/files/{quote(kept.ref, safe='')}", is_repeatable=True)
        if kept.url:
            self._api.post("/v1/files/purge", {"url": kept.url}, is_repeatable=True)

    def address(self, path: str, *steps: str) -> str:
        """Where browsers get a picture, changed by `steps`, one after the other.

        It is signed, without an end: accounts that refuse unsigned addresses take it, and nobody
        can have the account make other changes in the merchant's name by editing it.
        """
        shown = quote(path.lstrip("/"), safe=_PATH_SAFE)
        if steps:
            shown += f"?tr={':'.join(steps)}"
        # HMAC-SHA1 is what ImageKit verifies; there is no other choice.
        made = hmac.new(self._key.encode(), f"{shown}{FOREVER}".encode(), hashlib.sha1).hexdigest()
        return f"{self._endpoint}/{shown}{'&' if steps else '?'}ik-s={made}"

    def _wire(self, address: str) -> Wire:
        from app.adapters.gateways.wire import Wire

        # HTTP Basic: the private key is the name, and there is no password.
        name = base64.b64encode(f"{self._key}:".encode()).decode()
        return Wire("ImageKit", address, _refusal, {"Authorization": f"Basic {name}"}, self.guarded)


def _refusal(reply: Reply) -> base.GatewayError:
    """An answer below 500 that is no success, in our words and theirs."""
    try:
        said = json.loads(reply.body)["message"]
    except (ValueError, TypeError, KeyError, RecursionError):
        said = ""
    said = said[:200] if isinstance(said, str) and said else f"ImageKit answered {reply.status}"
    if reply.status == 404:
        return base.Missing(said)
    return base.Declined(said)
