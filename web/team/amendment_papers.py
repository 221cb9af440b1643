"""What a board is given with an amendment: the text that was sent, against the one on which it decided."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask_babel import gettext, ngettext

from consent import documents
from consent.wording import Wording
from instruments import versions
from instruments.comparison import Reason
from instruments.wording import pieces
from survey import impact
from survey.amendments import Amendment
from vault import approvals, studies
from vault.studies import Site
from web.kit.visit import Visit
from web.team.amendment import Amendment as Paper
from web.team.amendment import Block, Chapter, Line, amendment
from web.team.collation import collate
from web.team.consent_wording import filled, in_words
from web.team.versions import Edition, Given, Witness


def request_of(visit: Visit, asked: Amendment) -> Paper:
    """The form: facts, each change with its reasons, the marked and the clean copy."""
    made = _of_instrument(visit, asked) if asked.row.instrument_id else _of_consent(visit, asked)
    former = approvals.lineage(visit.db, visit.study_id, asked.row.approval)[0]
    site = visit.db.get(Site, former.site_id) if former.site_id else None
    study = studies.find(visit.db, visit.study_id)
    again = gettext("yes") if asked.row.reconsent else gettext("no")
    facts = (
        (gettext("Board"), former.board),
        (gettext("Approval that is to be amended"), former.reference),
        (gettext("Protocol"), former.protocol or study.reference),
        (gettext("Site"), site.name if site else gettext("every site")),
        (gettext("Amendment"), str(asked.row.number)),
        *made.facts,
        (gettext("Who is affected"), asked.row.who),
        *_touched(visit, asked),
        (gettext("People who agreed have to agree anew"), again),
    )
    return replace(made, facts=facts)


def _touched(visit: Visit, asked: Amendment) -> list[tuple[str, str]]:
    """How many people it meets today, of an instrument."""
    if asked.row.instrument_id is None:
        return []
    found = impact.of_draft(visit.db, visit.study_id, asked.row.instrument_id, ())
    ahead = ngettext(
        "%(num)s person takes part and has not begun.", "%(num)s people take part and have not begun.", found.ahead
    )
    going = ngettext(
        "%(num)s person is in the middle of a version, and finishes on it.",
        "%(num)s people are in the middle of a version, and finish on it.",
        len(found.going),
    )
    return [(gettext("Whom it touches today"), f"{ahead} {going}")]


def _given(reasons: Sequence[Reason], number: int) -> dict[str, list[Given]]:
    source = gettext("Amendment %(number)s", number=number)
    return {place: [Given(one.reason, one.theme, one.evidence, source)] for one in reasons for place in one.places}


def _of_instrument(visit: Visit, asked: Amendment) -> Paper:
    row, after = asked.row, asked.instrument
    published = versions.of_instrument(visit.db, row.instrument_id) if row.instrument_id else ()
    base = next(one for one in published if one.number == row.before)
    former = [versions.definition_of(one) for one in published if one.number < row.before]
    before = Witness(
        str(base.number), gettext("version %(number)s", number=base.number), base.published_at.date().isoformat(),
        base.number, versions.definition_of(base),
    )  # fmt: skip
    sent = Witness(
        f"amendment-{row.number}", gettext("the text of this amendment"), row.drafted_at.date().isoformat(),
        base.number + 1, after,
    )  # fmt: skip
    collation = collate(before.instrument, after, former)
    made = Edition(published, before, sent, collation, _given(asked.reasons, row.number), "")
    title = studies.find(visit.db, visit.study_id).title
    return amendment(made, study=title, day=visit.now.date().isoformat())


def _of_consent(visit: Visit, asked: Amendment) -> Paper:
    row, after = asked.row, asked.wording
    base = next(one for one in documents.of_study(visit.db, visit.study_id) if one.number == row.before)
    before = documents.published(base).wording
    given = _given(asked.reasons, row.number)
    title = gettext("Consent document")
    facts = (
        (gettext("Study"), studies.find(visit.db, visit.study_id).title),
        (gettext("Document"), title),
        (gettext("From"), gettext("version %(number)s", number=base.number)),
        (gettext("Fingerprint"), base.fingerprint),
        (gettext("To"), gettext("the text of this amendment")),
        (gettext("Fingerprint"), row.mark),
        (gettext("Made on"), visit.now.date().isoformat()),
    )
    return Paper(
        title=gettext("Amendment: %(title)s", title=title),
        facts=facts,
        changes=tuple(
            Block(in_words(name), "", (Line(gettext("Text"), pieces(old, new)),), tuple(given.get(name, ())))
            for name, old, new in _fields(before, after)
            if old != new
        ),
        marked=(Chapter("", tuple(_blocks(_fields(before, after)))),),
        clean=(Chapter("", tuple(_blocks(_fields(after, after)))),),
    )


def _fields(before: Wording, after: Wording) -> Iterator[tuple[str, str, str]]:
    """Every text that people read, as it was and as it is."""
    old, new = filled(before), filled(after)
    for name in {**new, **old}:
        if not name.startswith(("element-", "reason-", "necessary-")):
            yield name, old.get(name, ""), new.get(name, "")


def _blocks(fields: Iterator[tuple[str, str, str]]) -> Iterator[Block]:
    for name, old, new in fields:
        if old or new:
            yield Block(in_words(name), "", (Line(gettext("Text"), pieces(old, new)),))
