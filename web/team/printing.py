"""An instrument on paper, for the interviewer's desk and the board's file: PDF or Word, in one of its languages.

Version and fingerprint stand in the footer of every page; a draft says that it is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from babel import Locale, UnknownLocaleError
from flask import make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from instruments import drafts, versions
from instruments.canonical import fingerprint
from instruments.definition import Instrument
from instruments.foreign import printed_docx, printed_pdf
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.visit import Visit
from web.team.instruments import of_the_study, title_of

page = Pages("printing", __name__)

_OF_VERSION = "/studies/<uuid:study_id>/instruments/versions/<uuid:version_id>/paper"
_OF_DRAFT = "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/draft/paper"


class Writer(Protocol):
    """Sets an instrument on paper; a draft has no ``number``, ``at`` is the moment that the file bears."""

    def __call__(self, instrument: Instrument, *, language: str, number: int | None, at: datetime) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of file that can be printed."""

    name: LazyString
    type: str
    write: Writer


PAPERS: Mapping[str, Paper] = {
    "pdf": Paper(_l("PDF"), "application/pdf", printed_pdf.write),
    "docx": Paper(
        _l("Word (.docx)"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        printed_docx.write,
    ),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What is to be printed: a version by its number, or a draft by how often it was saved."""

    instrument: Instrument
    instrument_id: UUID
    number: int | None
    at: datetime
    name: str  # of the file, without its ending

    @property
    def language(self) -> str:
        """The language that the address asks for, else that of the page, else the instrument's first."""
        known = self.instrument.languages
        return next((one for one in (request.args.get("language"), tag()) if one in known), known[0])


def _version(visit: Visit, version_id: UUID) -> Printed:
    version = versions.find(visit.db, version_id)
    if version.study_id != visit.study_id:
        raise Missing
    instrument = versions.definition_of(version)
    name = f"{instrument.id}-version-{version.number}"
    return Printed(instrument, version.instrument_id, version.number, version.published_at, name)


def _draft(visit: Visit, instrument_id: UUID) -> Printed:
    row = of_the_study(visit, instrument_id)
    draft = drafts.draft_of(visit.db, row.id)
    return Printed(draft.definition, row.id, None, draft.edited_at, f"{row.key}-draft-{draft.number}")


def _named(language: str) -> str:
    """A language by its name in the language of the page; by its tag, where nobody knows the name."""
    try:
        return Locale.parse(language, sep="-").get_display_name(tag()) or language
    except (UnknownLocaleError, ValueError):
        return language


def _offer(visit: Visit, one: Printed, at: Mapping[str, object], endpoint: str) -> str:
    return render(
        visit,
        "team/ask/printing.html",
        one=one,
        title=title_of(one.instrument),
        fingerprint=fingerprint(one.instrument),
        papers=PAPERS,
        tongues=[(language, _named(language)) for language in one.instrument.languages],
        at=at,
        endpoint=endpoint,
    )


def _file(one: Printed, kind: str) -> ResponseReturnValue:
    paper, language = PAPERS[kind], one.language
    data = paper.write(one.instrument, language=language, number=one.number, at=one.at)
    headers = {
        "Content-Type": paper.type,
        "Content-Disposition": f'attachment; filename="{one.name}-{language}.{kind}"',
    }
    return make_response(data, 200, headers)


@page.view(_OF_VERSION, permit=Permit.SEE_INSTRUMENTS)
def version(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """A version in each of its languages, to be fetched for printing."""
    return _offer(visit, _version(visit, version_id), {"version_id": version_id}, "version")


@page.view(f"{_OF_VERSION}.pdf", permit=Permit.SEE_INSTRUMENTS)
def version_pdf(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """A version as PDF. NoLetters for a language whose letters no font has."""
    return _file(_version(visit, version_id), "pdf")


@page.view(f"{_OF_VERSION}.docx", permit=Permit.SEE_INSTRUMENTS)
def version_docx(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """A version as a Word document."""
    return _file(_version(visit, version_id), "docx")


@page.view(_OF_DRAFT, permit=Permit.AUTHOR)
def draft(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """A draft in each of its languages, to be fetched for printing."""
    return _offer(visit, _draft(visit, instrument_id), {"instrument_id": instrument_id}, "draft")


@page.view(f"{_OF_DRAFT}.pdf", permit=Permit.AUTHOR)
def draft_pdf(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """A draft as PDF, marked as one."""
    return _file(_draft(visit, instrument_id), "pdf")


@page.view(f"{_OF_DRAFT}.docx", permit=Permit.AUTHOR)
def draft_docx(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """A draft as a Word document, marked as one."""
    return _file(_draft(visit, instrument_id), "docx")
