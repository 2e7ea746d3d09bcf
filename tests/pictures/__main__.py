"""`python -m tests.pictures [word …]`: all pictures, or those whose names hold one of the words.

`docs` is a word of its own: those that README and docs show, and no others.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.pictures.chosen import CHOSEN, SHOWN
from tests.pictures.house import House, open_house
from tests.pictures.shots import Shot, shots
from tests.pictures.taking import LOOKS, Look, looking, take, take_whole
from tests.servers.browser import LAUNCH_ARGS, find_chromium

ALL = SHOWN.parent.parent / "build" / "pictures"


def main(words: list[str]) -> None:
    """Take them; those that docs show all together, so that they are of one moment."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGS)
        with tempfile.TemporaryDirectory() as folder, open_house(Path(folder)) as house:
            if words in ([], ["docs"]):
                _choose(browser, house)
            wanted = [one for one in shots(house) if _is_meant(one.name, words)]
            for look in LOOKS if wanted else []:
                _take_all(browser, house, look, wanted)
        browser.close()


def _is_meant(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def _take_all(browser: Browser, house: House, look: Look, wanted: list[Shot]) -> None:
    ALL.mkdir(parents=True, exist_ok=True)
    for is_signed_in in (True, False):
        with looking(browser, house, look, is_signed_in=is_signed_in) as page:
            for shot in wanted:
                if shot.is_signed_in == is_signed_in:
                    picture = take_whole(page, shot, house.base)
                    (ALL / f"{shot.name}-{look}.jpg").write_bytes(picture)
    print(f"{look}: {len(wanted)} pages", flush=True)


def _choose(browser: Browser, house: House) -> None:
    shutil.rmtree(SHOWN, ignore_errors=True)
    SHOWN.mkdir(parents=True)
    by_name = {one.name: one for one in shots(house)}
    looks = {str(one): one for one in LOOKS}
    for picture, (name, look) in CHOSEN.items():
        shot = by_name[name]
        with looking(browser, house, looks[look], is_signed_in=shot.is_signed_in) as page:
            (SHOWN / f"{picture}.webp").write_bytes(take(page, shot, house.base))


if __name__ == "__main__":
    main(sys.argv[1:])
