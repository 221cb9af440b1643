"""What a release is for, and what follows from it: whose material it may hold, under which names, in which files.

A profile is a promise that a member asks for by its name. It decides; the writers of files do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from consent.scopes import Scope
from exports.disclosure import INTERNAL_CELLS, PUBLIC_CELLS, QUOTES, TABLES
from vault.errors import Invalid


class Purpose(StrEnum):
    """What somebody wants to do with a release; the board reads this word in the log."""

    CODING = "coding"
    STATISTICS = "statistics"
    READING = "reading"
    QUOTING = "quoting"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of release.

    ``smallest`` is how many people have to share every combination of attributes. ``needs`` is the scope without which
    somebody is not in it at all. ``own_names``: cases keep the study's pseudonyms, else they have names of this release
    that nobody can bring together with those of another one.
    """

    name: str
    purpose: Purpose
    title: str
    contains: str
    formats: tuple[str, ...]
    smallest: int
    cells: int
    own_names: bool = True
    unfinished: bool = False
    needs: Scope | None = None


def _coding(name: str, title: str, contains: str, *formats: str) -> Profile:
    return Profile(name, Purpose.CODING, title, contains, formats, QUOTES, INTERNAL_CELLS)


def _tables(name: str, title: str, contains: str, *formats: str) -> Profile:
    every = ("wide_csv", "long_csv", "codebook_csv", *formats, "ddi", "scripts")
    return Profile(name, Purpose.STATISTICS, title, contains, every, TABLES, INTERNAL_CELLS, unfinished=True)


_ALL = (
    _coding(
        "refi", "REFI-QDA project",
        "A project (QDPX) with one document for each participant and occasion, pre-coded by question and speaker, "
        "cases with attributes, memos as notes; the codebook by itself (QDC); the same texts as Word files.",
        "qdpx", "qdc", "docx",
    ),
    _coding(
        "qualcoder", "QualCoder",
        "A project (QDPX) as QualCoder reads it, the codebook (QDC), and the answers as a survey to import (XLSX).",
        "qdpx:qualcoder", "qdc", "qualcoder_survey",
    ),
    _coding("taguette", "Taguette", "The texts as web pages and the codebook as a table (CSV).", "taguette"),
    _coding("atlas", "ATLAS.ti", "A survey to import (XLSX) and the texts as Word files.", "atlas", "docx"),
    _coding("maxqda", "MAXQDA", "Structured texts to import, and the texts as Word files.", "maxqda", "docx"),
    _coding(
        "nvivo", "NVivo",
        "A project (QDPX) as NVivo reads it, a classification sheet, and the texts as Word files.",
        "qdpx:nvivo", "nvivo", "docx",
    ),
    _tables(
        "statistics", "Statistics",
        "Every answer as a table: one row for each run (CSV) and one for each answer (CSV), for SPSS (SAV), Stata "
        "(DTA) and Parquet, the codebook, the description (DDI) and scripts for R and Python that load it.",
        "sav", "dta", "parquet",
    ),
    _tables(
        "tables", "Large tables",
        "The same without the files of SPSS and Stata, which have to fit into memory: CSV, Parquet, the codebook, the "
        "description (DDI) and scripts for R and Python.",
        "parquet",
    ),
    _tables(
        "csv", "Plain tables",
        "The same in text alone, for an installation without further libraries: CSV, the codebook, the description "
        "(DDI) and scripts for R and Python.",
    ),
    Profile(
        "reading", Purpose.READING, "Reading", "The texts as Word files and as plain text.", ("docx", "text"),
        QUOTES, INTERNAL_CELLS,
    ),
    Profile(
        "quoting", Purpose.QUOTING, "Quoting",
        "The texts of those who may be quoted and of nobody else, with attributes that at least three people share, "
        "under names of this release alone.",
        ("docx", "text"), QUOTES, PUBLIC_CELLS, own_names=False, needs=Scope.QUOTED,
    ),
    Profile(
        "archive", Purpose.ARCHIVE, "Archive",
        "Open formats for those who come later, of those who agreed to later research and of nobody else: tables (CSV, "
        "Parquet), their description (DDI), the texts, and a project (QDPX), under names of this release alone.",
        ("wide_csv", "long_csv", "codebook_csv", "parquet", "ddi", "text", "qdpx", "qdc"), TABLES, PUBLIC_CELLS,
        own_names=False, needs=Scope.LATER_RESEARCH,
    ),
)  # fmt: skip

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in _ALL}


def named(name: str) -> Profile:
    """The profile of this name, or Invalid."""
    if name not in PROFILES:
        raise Invalid(f"There is no such profile. Choose one of: {', '.join(PROFILES)}.")
    return PROFILES[name]
