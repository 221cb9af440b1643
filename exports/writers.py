"""Which module writes what a profile names, and the files of a release in their order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from exports.dataset import Dataset, File
from exports.formats import (
    atlas,
    codebook_csv,
    ddi,
    dta,
    long_csv,
    maxqda,
    nvivo,
    parquet,
    qdc,
    qdpx,
    qualcoder_survey,
    sav,
    scripts,
    taguette,
    text,
    wide_csv,
    word_documents,
)  # fmt: skip

_WRITERS: dict[str, Any] = {
    "qdpx": qdpx, "qdc": qdc, "docx": word_documents, "text": text, "taguette": taguette, "atlas": atlas,
    "maxqda": maxqda, "nvivo": nvivo, "qualcoder_survey": qualcoder_survey, "wide_csv": wide_csv, "long_csv": long_csv,
    "codebook_csv": codebook_csv, "sav": sav, "dta": dta, "parquet": parquet, "ddi": ddi, "scripts": scripts,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What one writer contributes: its name in the release, its files, and what it says that it loses."""

    name: str
    files: Iterator[File]
    losses: tuple[str, ...]


def of_release(data: Dataset, formats: Iterable[str]) -> Iterator[Written]:
    """Each writer in turn, by the name that profiles give it; behind a colon stands the program it writes for."""
    for spelled in formats:
        name, _, flavour = spelled.partition(":")
        options = {"profile": flavour} if flavour else {}
        module = _WRITERS[name]
        files, losses = partial(module.files, data, **options), partial(module.losses, data, **options)
        yield Written(name, iter(files()), tuple(losses()))
