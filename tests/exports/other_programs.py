"""What programs that others made read in files that a writer made: LibreOffice without its windows, and Taguette."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from exports.dataset import Dataset, File
from tests.house.tree import ROOT

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"


class Written:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> None:
        self.data += data


def bytes_of(file: File) -> bytes:
    """What the file holds."""
    sink = Written()
    file.write(sink)
    return bytes(sink.data)


def written(files: Callable[[Dataset], Iterable[File]], data: Dataset) -> dict[str, bytes]:
    """Every file of a writer by its name."""
    found: dict[str, bytes] = {}
    for file in files(data):
        assert file.name not in found
        found[file.name] = bytes_of(file)
    return found


def put_down(files: Mapping[str, bytes], folder: Path) -> None:
    """The files stand in the folder under their own names."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def in_libreoffice(files: Mapping[str, bytes], folder: Path, into: str) -> dict[str, Any]:
    """Each file as LibreOffice understands it, as the tree of a flat OpenDocument file (``fodt``, ``fods``)."""
    put_down(files, folder / "given")
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", into]
    for place in sorted({Path(name).parent for name in files}):
        given = [folder / "given" / name for name in files if Path(name).parent == place]
        done = subprocess.run(
            [*command, "--outdir", folder / "made" / place, *given], check=False, capture_output=True, timeout=180
        )
        assert done.returncode == 0, done.stderr.decode()
    made = {name: (folder / "made" / name).with_suffix(f".{into}") for name in files}
    return {name: etree.fromstring(path.read_bytes(), etree.XMLParser(huge_tree=True)) for name, path in made.items()}


def in_taguette(script: str, folder: Path) -> Any:
    """What a script prints as JSON that runs where Taguette is installed, with ``folder`` as its only argument."""
    python = ROOT / ".venv/taguette/bin/python"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        [python, "-c", script, folder], check=False, capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
