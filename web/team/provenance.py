"""The whole story of a question: theme, candidate, change, approval, versions, asked of and answered by how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask.typing import ResponseReturnValue

from instruments import drafts, versions
from instruments.comparison import What
from instruments.definition import Question, Role, find
from instruments.route import Missingness
from instruments.sentences import in_language
from instruments.versions import Version
from survey import accepting, matrices
from survey.matrices import Matrix
from vault.accounts import Account
from vault.errors import Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.visit import Visit
from web.team import under_approval
from web.team.asked import SIGNS, SIGNS_OF_GUIDE, matrix_or_none
from web.team.collation import WHAT
from web.team.instruments import of_the_study, title_of
from web.team.proposed_reasons import read_or_not

page = Pages("provenance", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to the question in a version, why, who published it and under which approval."""

    version: Version
    kinds: frozenset[What]
    reason: str
    theme: str
    evidence: str
    person: str
    approval: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Of how many runs of a version the question was asked, and in how many it was answered."""

    version: int
    runs: int
    asked: int
    answered: int
    whom: tuple[tuple[Missingness, tuple[str, ...]], ...]  # what became of it, and with which participants


def _steps(visit: Visit, published: Sequence[Version], question_id: str) -> list[Step]:
    approvals = under_approval.titles(visit)
    found = []
    for at, version in enumerate(published):
        person = visit.db.get_one(Account, version.published_by).name
        said = (person, approvals[version.approval], version.published_at)
        if at == 0 and find(versions.definition_of(version), question_id):
            found.append(Step(version, frozenset(), "", "", "", *said))
        found += [
            Step(version, change.kinds, change.reason, change.theme, change.evidence, *said)
            for change in versions.changes_of(visit.db, version)
            if change.question == question_id
        ]
    return found


def _tallies(matrix: Matrix, question_id: str) -> list[Tally]:
    """By version in which the question is, from the cells of the matrix."""
    column = next((one for one in matrix.columns if one.question.id == question_id), None)
    found = []
    for number in sorted(column.versions) if column else ():
        there = [(row.cells[question_id], row.pseudonym) for row in matrix.rows if row.version == number]
        became = [one for one, _ in there]
        whom = tuple(
            (what, tuple(pseudonym for one, pseudonym in there if one is what)) for what in SIGNS if what in became
        )
        answered = sum(one is Missingness.ANSWERED for one in became)
        found.append(Tally(number, len(became), sum(one.was_asked for one in became), answered, whom))
    return found


def _newest(visit: Visit, published: Sequence[Version], instrument_id: UUID, question_id: str) -> tuple[Question, bool]:
    """The question as it was worded last in a version, else as it is in the draft, which only authors are shown."""
    for version in reversed(published):
        question = find(versions.definition_of(version), question_id)
        if question is not None:
            return question, True
    question = find(drafts.draft_of(visit.db, instrument_id).definition, question_id)
    if question is None or Permit.AUTHOR not in visit.permits:
        raise Missing
    return question, False


# Reading why it was accepted, and in how many responses it was answered, opens what is sealed: the look is a deed.
@page.view(
    "/studies/<uuid:study_id>/instruments/<uuid:instrument_id>/story/<question_id>",
    permit=Permit.SEE_INSTRUMENTS,
    logs=True,
)
def question(visit: Visit, instrument_id: UUID, question_id: str) -> ResponseReturnValue:
    """Where a question comes from and what became of it."""
    row = of_the_study(visit, instrument_id)
    published = versions.of_instrument(visit.db, row.id)
    newest, is_published = _newest(visit, published, row.id, question_id)
    reads = Permit.READ_ANSWERS in visit.permits
    origin = accepting.origins(visit.db, row.id).get(question_id)
    if origin and reads:
        origin = read_or_not(visit, row.id)[question_id]
    matrix = matrix_or_none(visit, row.id) if is_published else None
    counted = () if matrix else matrices.counts(visit.db, visit.study_id, row.id, exact=False)
    return render(
        visit,
        "team/ask/provenance.html",
        row=row,
        title=title_of(
            versions.definition_of(published[-1]) if published else drafts.draft_of(visit.db, row.id).definition
        ),
        question=newest,
        label=in_language(newest.label, tag()),
        origin=origin,
        accepted_by=visit.db.get_one(Account, origin.by).name if origin else "",
        may_read=reads,
        is_published=is_published,
        steps=_steps(visit, published, question_id),
        tallies=_tallies(matrix, question_id) if matrix else (),
        opened=matrix is not None,
        total=next((one for one in counted if one.column.question.id == question_id), None),
        words=WHAT,
        signs=SIGNS_OF_GUIDE if row.role is Role.GUIDE else SIGNS,
    )
