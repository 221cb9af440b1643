"""Take a version to another program: what the file cannot say is read first, then the file is fetched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import make_response
from flask.typing import ResponseReturnValue

from instruments import versions
from instruments.definition import Instrument
from instruments.foreign import fhir, redcap_writing, xlsform
from instruments.foreign.account import Written
from instruments.versions import Version
from instruments.yaml_text import write_yaml
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team.instruments import title_of

page = Pages("taking_out", __name__)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that another program reads."""

    name: str
    ending: str
    type: str
    write: Callable[[Instrument, int], Written]  # the number is that of the version


FORMATS: Mapping[str, Format] = {
    "xlsform": Format(
        "XLSForm (ODK, Kobo)",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda instrument, _: xlsform.write(instrument),
    ),
    "redcap": Format(
        "REDCap", "csv", "text/csv; charset=utf-8", lambda instrument, _: redcap_writing.write(instrument)
    ),
    "fhir": Format(
        "FHIR R4 Questionnaire",
        "json",
        "application/fhir+json; charset=utf-8",
        lambda instrument, number: fhir.write(instrument, version=str(number)),
    ),
    "yaml": Format(
        "Verbatim (YAML)",
        "yaml",
        "application/yaml; charset=utf-8",
        lambda instrument, _: Written(write_yaml(instrument).encode(), ()),
    ),
}


def _version(visit: Visit, version_id: UUID) -> Version:
    version = versions.find(visit.db, version_id)
    if version.study_id != visit.study_id:
        raise Missing
    return version


def _written(version: Version, instrument: Instrument, name: str) -> Written:
    if name not in FORMATS:
        raise Missing
    return FORMATS[name].write(instrument, version.number)


@page.view("/studies/<uuid:study_id>/instruments/versions/<uuid:version_id>/as/<kind>", permit=Permit.SEE_INSTRUMENTS)
def look(visit: Visit, version_id: UUID, kind: str) -> ResponseReturnValue:
    """Everything that such a file cannot say of this version."""
    version = _version(visit, version_id)
    instrument = versions.definition_of(version)
    return render(
        visit,
        "team/ask/taking_out.html",
        version=version,
        title=title_of(instrument),
        formats=FORMATS,
        kind=kind,
        lines=_written(version, instrument, kind).lines,
        said=said,
    )


@page.view(
    "/studies/<uuid:study_id>/instruments/versions/<uuid:version_id>/as/<kind>/file", permit=Permit.SEE_INSTRUMENTS
)
def fetch(visit: Visit, version_id: UUID, kind: str) -> ResponseReturnValue:
    """The file."""
    version = _version(visit, version_id)
    instrument = versions.definition_of(version)
    written = _written(version, instrument, kind)
    name = f"{instrument.id}-version-{version.number}.{FORMATS[kind].ending}"
    headers = {"Content-Type": FORMATS[kind].type, "Content-Disposition": f'attachment; filename="{name}"'}
    return make_response(written.data, 200, headers)
