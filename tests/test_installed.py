"""What is installed is all there is: whoever installs the package has every page, picture and word list of it."""

from __future__ import annotations

from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

HOME = Path(__file__).parents[1]
ROOMS = ("charter", "projections", "web", "terminal")


def installed(settings: ConfigParser) -> Iterator[Path]:
    """The files beside the code that setup.cfg names for its packages."""
    for package, patterns in settings["options.package_data"].items():
        for pattern in patterns.replace("\n", ",").split(","):
            folders = [found.parent for found in HOME.glob("*/**/__init__.py")] if package == "*" else [HOME / package]
            for folder in folders:
                if pattern.strip():
                    yield from folder.glob(pattern.strip())


def test_every_file_beside_the_code_is_installed() -> None:
    settings = ConfigParser()
    settings.read(HOME / "setup.cfg", "utf-8")
    files = {path for room in ROOMS for path in (HOME / room).rglob("*") if path.is_file()}
    beside = {path for path in files if path.suffix not in {".py", ".pyc"}}
    assert beside - set(installed(settings)) == set()
    assert {path.name for path in beside} >= {
        "charter.typ",
        "common_words.txt",
        "htmx.min.js",
        "messages.pot",
        "py.typed",
    }


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` is left out where the package is installed."""
    folders = {path.parent for room in ROOMS for path in (HOME / room).rglob("*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()
