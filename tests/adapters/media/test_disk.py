"""Pictures in a folder: whole or not there, and no name that leads out of it."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.adapters.media.base import Kept
from app.adapters.media.disk import Disk
from app.kit.images import picture_of
from tests.kit.pictures import drawn
from tests.servers import postgres

SUBJECT = "prv_01J00000000000000000000000"
OTHER = "prv_01J00000000000000000000001"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "images"


@pytest.fixture
def disk(root):
    return Disk(root)


@pytest.fixture(scope="module")
def picture():
    return picture_of(drawn())


def test_a_picture_is_read_as_it_was_kept_under_the_digest_of_its_bytes(disk, picture, root):
    kept = disk.keep(SUBJECT, picture)
    assert kept == Kept(f"{SUBJECT}/{picture.digest}.webp")
    assert disk.read(kept.ref) == picture.content
    assert [one.name for one in (root / SUBJECT).iterdir()] == [f"{picture.digest}.webp"]


def test_one_that_was_dropped_is_gone_and_dropping_it_again_is_no_error(disk, picture):
    kept, other = disk.keep(SUBJECT, picture), disk.keep(OTHER, picture)
    disk.drop(kept)
    disk.drop(kept)
    with pytest.raises(LookupError):
        disk.read(kept.ref)
    assert disk.read(other.ref) == picture.content, "an equal one of another is another file"


@pytest.mark.parametrize(
    "ref",
    [
        "../../etc/passwd",
        f"{SUBJECT}/../../secret.webp",
        f"../{SUBJECT}/{'a' * 64}.webp",
        f"/{SUBJECT}/{'a' * 64}.webp",
        f"{SUBJECT}/{'a' * 64}.webp\n",
        f"{SUBJECT}/{'a' * 64}.html",
        f"{SUBJECT}\\{'a' * 64}.webp",
        f"{SUBJECT}/{'A' * 64}.webp",
        f"{SUBJECT}/.{'a' * 63}.webp",
        f"{SUBJECT}/{'a' * 64}.webp\0",
        f"..%2f{SUBJECT}/{'a' * 64}.webp",
        "",
    ],
)
def test_no_other_name_leads_anywhere(disk, root, ref, picture):
    disk.keep(SUBJECT, picture)
    (root.parent / "secret.webp").write_text("secret")
    with pytest.raises(LookupError):
        disk.read(ref)
    with pytest.raises(ValueError, match="not the name"):
        disk.drop(Kept(ref))
    with pytest.raises(ValueError, match="not the name"):
        disk.keep(f"../{SUBJECT}", picture)


def test_a_link_laid_into_the_folder_is_not_followed(disk, root, picture):
    (root / SUBJECT).mkdir(parents=True)
    secret = root.parent / "secret"
    secret.write_bytes(b"secret")
    ref = f"{SUBJECT}/{'b' * 64}.webp"
    (root / ref).symlink_to(secret)
    with pytest.raises(LookupError):
        disk.read(ref)
    disk.drop(Kept(ref))
    assert secret.read_bytes() == b"secret", "the link went, not what it led to"


def test_a_folder_that_is_a_link_is_neither_read_nor_written(disk, root, picture):
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{picture.digest}.webp").write_bytes(b"secret")
    root.mkdir()
    (root / SUBJECT).symlink_to(elsewhere)
    with pytest.raises(LookupError):
        disk.read(f"{SUBJECT}/{picture.digest}.webp")
    with pytest.raises(ValueError, match="not a link"):
        disk.keep(SUBJECT, picture)
    assert (elsewhere / f"{picture.digest}.webp").read_bytes() == b"secret"


def test_a_write_that_fails_leaves_nothing_behind(disk, root, picture, monkeypatch):
    import os

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        disk.keep(SUBJECT, picture)
    assert list((root / SUBJECT).iterdir()) == []


WRITER = """
import sys
from pathlib import Path
from app.adapters.media.disk import Disk
from app.kit.images import Picture
disk, content = Disk(Path(sys.argv[1])), bytes(range(256)) * 64
sys.stdin.readline()
for _ in range(200):
    disk.keep(sys.argv[2], Picture(content, 1, 1))
"""


@pytest.fixture
def in_memory():
    """Where there is room: each of hundreds of pictures would wait for the disk."""
    where = postgres.MEMORY if postgres.room_in_memory() else None
    with TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


def test_of_a_file_that_two_processes_write_no_half_is_ever_read(in_memory):
    root, disk = in_memory, Disk(in_memory)
    content = bytes(range(256)) * 64
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(root), SUBJECT], stdin=subprocess.PIPE)
        for _ in range(2)
    ]
    from app.kit.images import Picture

    kept = disk.keep(SUBJECT, Picture(content, 1, 1))
    for one in writers:
        one.stdin.write(b"\n")
        one.stdin.flush()
    reads = 0
    while any(one.poll() is None for one in writers):
        assert disk.read(kept.ref) == content
        reads += 1
    for one in writers:
        one.stdin.close()
    assert [one.wait() for one in writers] == [0, 0]
    assert reads > 1
    assert [one.name for one in (root / SUBJECT).iterdir()] == [kept.ref.rpartition("/")[2]]
