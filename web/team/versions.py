"""A published version read in full, and two of them compared word by word with the reasons for every change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from instruments import drafts, versions
from instruments.definition import Instrument, questions
from instruments.remembering import OfValues
from instruments.versions import Version
from instruments.yaml_text import write_yaml
from vault.accounts import Account
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.visit import Visit
from web.team import effective, under_approval
from web.team.collation import WHAT, Collation, collate
from web.team.instruments import of_the_study, title_of
from web.team.kinds_in_words import ROLES, how_many
from web.team.reading import reading

page = Pages("versions", __name__)

DRAFT = "draft"


def _version(visit: Visit, version_id: UUID) -> Version:
    version = versions.find(visit.db, version_id)
    if version.study_id != visit.study_id:
        raise Missing
    return version


@page.view("/studies/<uuid:study_id>/instruments/versions/<uuid:version_id>", permit=Permit.SEE_INSTRUMENTS)
def read(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """A version as it is asked, with its number, fingerprint, approval and the reasons for what is new in it."""
    version = _version(visit, version_id)
    row = of_the_study(visit, version.instrument_id)
    instrument = versions.definition_of(version)
    every = versions.of_instrument(visit.db, row.id)
    return render(
        visit,
        "team/ask/version.html",
        version=version,
        row=row,
        title=title_of(instrument),
        role=ROLES[row.role],
        size=how_many(instrument),
        reading=reading(instrument, request.args.get("language", "")),
        newest=every[-1],
        before=next((one for one in reversed(every) if one.number < version.number), None),
        changes=versions.changes_of(visit.db, version),
        stories=[question.id for question in questions(instrument)],
        words=WHAT,
        approval=under_approval.titles(visit)[version.approval],
        within=version.within,
        sites=effective.of_version(visit, version),
        publisher=visit.db.get_one(Account, version.published_by),
    )


@page.view("/studies/<uuid:study_id>/instruments/versions/<uuid:version_id>/text", permit=Permit.SEE_INSTRUMENTS)
def text(visit: Visit, version_id: UUID) -> ResponseReturnValue:
    """The version as a file that another study, or another installation, can begin from."""
    version = _version(visit, version_id)
    instrument = versions.definition_of(version)
    return make_response(
        write_yaml(instrument),
        200,
        {
            "Content-Type": "application/yaml; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{instrument.id}-version-{version.number}.yaml"',
        },
    )


@dataclass(frozen=True, slots=True)
class Witness:
    """One side of a comparison: a version, or the draft."""

    value: str
    name: str
    note: str
    number: int
    instrument: Instrument


@dataclass(frozen=True, slots=True)
class Given:
    """A reason as it stands in the margin, and which version gave it under which approval."""

    reason: str
    theme: str
    evidence: str
    source: str


def _witness(visit: Visit, published: Sequence[Version], instrument_id: UUID, value: str) -> Witness:
    if value == DRAFT and Permit.AUTHOR in visit.permits:
        draft = drafts.draft_of(visit.db, instrument_id)
        note = gettext("saved %(day)s", day=draft.edited_at.date().isoformat())
        return Witness(DRAFT, gettext("the draft"), note, len(published) + 1, draft.definition)
    version = next((version for version in published if str(version.number) == value), None)
    if version is None:
        raise Missing
    approval = under_approval.titles(visit)[version.approval]
    return Witness(
        value,
        gettext("version %(number)s", number=version.number),
        f"{version.published_at.date().isoformat()} · {approval}",
        version.number,
        versions.definition_of(version),
    )


def _given(visit: Visit, published: Sequence[Version], after: Witness, before: Witness) -> dict[str, list[Given]]:
    """Every reason given on the way from one version to the other, by what it is about, the newest first."""
    approvals = under_approval.titles(visit)
    found: dict[str, list[Given]] = {}
    for version in reversed(published):
        if before.number < version.number <= after.number:
            for change in versions.changes_of(visit.db, version):
                source = gettext(
                    "Version %(number)s, %(approval)s; published %(day)s by %(person)s",
                    number=version.number,
                    approval=approvals[version.approval],
                    day=version.published_at.date().isoformat(),
                    person=visit.db.get_one(Account, version.published_by).name,
                )
                found.setdefault(change.question, []).append(
                    Given(change.reason, change.theme, change.evidence, source)
                )
    return found


@dataclass(frozen=True, slots=True)
class Edition:
    """Two versions, everything that differs between them, and the reasons by what they are about."""

    published: Sequence[Version]
    before: Witness
    after: Witness
    collation: Collation
    given: Mapping[str, list[Given]]
    tongue: str


# What was collated once is mostly looked at again: with other filters, as a form for the board.
_COLLATED: OfValues[Collation] = OfValues(16)


def edition(visit: Visit, instrument_id: UUID) -> Edition:
    """The two versions that the address names; without a word in it, the newest and the one before it."""
    published = versions.of_instrument(visit.db, of_the_study(visit, instrument_id).id)
    if not published:
        raise Missing
    later = request.args.get("after") or str(published[-1].number)
    earlier = request.args.get("before") or str(max(1, len(published) - 1))
    before = _witness(visit, published, instrument_id, earlier)
    after = _witness(visit, published, instrument_id, later)
    former = [versions.definition_of(version) for version in published if version.number < before.number]
    tongue = request.args.get("language", "")
    collation = _COLLATED.found(
        (before.instrument, after.instrument, *former),
        lambda: collate(before.instrument, after.instrument, former, language=tongue),
        tongue,
        tag(),
    )
    return Edition(published, before, after, collation, _given(visit, published, after, before), tongue)


@page.view("/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/comparison", permit=Permit.SEE_INSTRUMENTS)
def compare(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """Two versions side by side."""
    made = edition(visit, instrument_id)
    published, before, after, given, tongue = made.published, made.before, made.after, made.given, made.tongue
    return render(
        visit,
        "team/ask/comparison.html",
        instrument_id=instrument_id,
        title=title_of(after.instrument),
        before=before,
        after=after,
        collation=made.collation,
        words=WHAT,
        given=lambda place: given.get(place, []) if given else None,
        with_why=bool(given),
        offered=[
            *((str(version.number), gettext("version %(number)s", number=version.number)) for version in published),
            *([(DRAFT, gettext("the draft"))] if Permit.AUTHOR in visit.permits else []),
        ],
        tongues=tuple(dict.fromkeys((*after.instrument.languages, *before.instrument.languages))),
        tongue=tongue,
        sites=[
            (gettext("version %(number)s", number=version.number), effective.of_version(visit, version))
            for version in published
            if str(version.number) in (before.value, after.value)
        ],
        only_changed=request.args.get("show") == "changed",
        # Made once: a comparison has a link for each of some hundred questions.
        story=url_for(
            "provenance.question", study_id=visit.study_id, instrument_id=instrument_id, question_id="_"
        ).removesuffix("_"),
    )
