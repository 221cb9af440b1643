"""No name that a study knows is in any byte of a release, however it was written: 200 generated studies."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports import formats
from exports.dataset import Dataset, File
from exports.formats import qdpx
from exports.refi_profiles import PROFILES
from exports.spelling import WORD
from tests.exports import leaks
from tests.exports.invented import left_of

_STUDIES, _TOGETHER = 200, 25


def files_of(data: Dataset) -> Iterator[tuple[str, File]]:
    """Every file that any writer makes of the dataset, with the writer's name."""
    for found in pkgutil.iter_modules(formats.__path__):
        writer = importlib.import_module(f"exports.formats.{found.name}")
        if writer is qdpx:
            yield from ((profile, file) for profile in PROFILES for file in qdpx.files(data, profile=profile))
        elif hasattr(writer, "files"):
            yield from ((found.name, file) for file in writer.files(data))


def names_in(study: leaks.Study) -> frozenset[str]:
    """Every word of a name, as it was written into the study."""
    return frozenset(word for form in study.forms for word in left_of(form, form))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, _STUDIES, _TOGETHER))
def test_no_name_of_the_roster_is_in_any_byte_of_any_file(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + _TOGETHER):
        study = leaks.study(seed)
        names = names_in(study)
        assert len(names) > 60
        for _, file in files_of(study.clean):
            leaked = {
                word for text in leaks.readable(file, tmp_path) for word in names.intersection(WORD.findall(text))
            }
            assert leaked == set(), f"study {seed}, {file.name}"


# They are the same for every study.
_WITHOUT_ANSWERS = {"scripts"}


def test_the_names_would_be_seen_if_they_were_there(tmp_path: Path) -> None:
    """What every writer makes shows names to this test where nobody took them out."""
    study = leaks.study(0)
    names = names_in(study)
    showing = {
        writer
        for writer, file in files_of(study.dirty)
        if any(names.intersection(WORD.findall(text)) for text in leaks.readable(file, tmp_path))
    }
    assert {writer for writer, _ in files_of(study.dirty)} - showing == _WITHOUT_ANSWERS
