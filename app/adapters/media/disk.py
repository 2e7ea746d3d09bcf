"""Pictures in a folder of ours, each under the digest of its bytes."""

import os
import re
import secrets
from pathlib import Path

from app.adapters.media.base import Kept
from app.kit.images import Picture

__all__ = ["Disk"]

# An id of ours, and a digest: there is no other name, so none leads out of the folder.
_REF = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}/[0-9a-f]{64}\.webp", re.ASCII)


class Disk:
    """Keeps pictures below `root`. A file is whole from its first moment and never changes, so
    any number of processes may write the same one."""

    name = "disk"

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, subject: str, picture: Picture, *, is_logo: bool = True) -> Kept:
        """Write a picture. Raises OSError, and ValueError for a subject that is no id of ours."""
        ref = f"{subject}/{picture.digest}.webp"
        path = self._path(ref)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
            with os.fdopen(handle, "wb") as file:
                file.write(picture.content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return Kept(ref)

    def drop(self, kept: Kept) -> None:
        """Delete a picture. Raises OSError, and ValueError for a name that `keep` never gave."""
        self._path(kept.ref).unlink(missing_ok=True)

    def read(self, ref: str) -> bytes:
        """A picture's bytes. Raises LookupError for a name that leads to none, whatever it is."""
        try:
            # A link that somebody laid into the folder is not followed.
            handle = os.open(self._path(ref), os.O_RDONLY | os.O_NOFOLLOW)
        except (ValueError, OSError) as error:
            raise LookupError("no such picture") from error
        with os.fdopen(handle, "rb") as file:
            return file.read()

    def _path(self, ref: str) -> Path:
        if not _REF.fullmatch(ref):
            raise ValueError("that is not the name of a picture")
        path = self._root / ref
        if path.parent.is_symlink():
            raise ValueError("the folder of a picture is not a link")
        return path
