"""What a draft's list shows: a section of a long one, what was searched for, or all; made once for each saving."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from uuid import UUID

from flask import render_template, request, url_for
from markupsafe import Markup

from instruments.definition import Question, Section, questions
from instruments.findings import Severity
from instruments.remembering import Remembered
from vault.studies import Permit
from web.kit import forgery
from web.kit.i18n import tag
from web.kit.visit import Visit
from web.team.draft_rows import condition_of, entries, name_of, notes, row, words_of
from web.team.draft_state import Desk, desk
from web.team.framing import Marks, Piece, filled, surrounded

# A longer instrument is shown one section at a time.
MOST_AT_ONCE = 120


@dataclass(frozen=True, slots=True)
class View:
    """What of a draft is shown: a section of a long one, or what was searched for; a short one as a whole."""

    long: bool
    section: str = ""
    find: str = ""
    only: str = ""
    hits: int = 0
    most: int = MOST_AT_ONCE

    @property
    def searched(self) -> bool:
        """Whether it is what was searched for."""
        return bool(self.find or self.only)


@dataclass(frozen=True, slots=True)
class Part:
    """A section with those of its questions that are shown, as HTML."""

    section: Section
    number: int
    name: str
    condition: str
    rows: Markup


def _view(this: Desk) -> View:
    order, sections = this.where.order, this.instrument.sections
    if len(order) <= MOST_AT_ONCE:
        return View(long=False)
    find, only = request.args.get("find", "").strip()[:200], request.args.get("only", "")
    if find or only in set(Severity):
        return View(long=True, find=find, only=only if only in set(Severity) else "")
    wanted = request.args.get("section", "")
    home = this.where.homes.get(request.args.get("question", ""))
    known = {section.id for section in sections}
    return View(long=True, section=home.id if home else wanted if wanted in known else sections[0].id)


def _retired(this: Desk) -> list[tuple[int, Question]]:
    """What was asked once and is not in the draft, with the newest version that asked it."""
    found: dict[str, tuple[int, Question]] = {}
    for number_, version in enumerate(this.source.before, 1):
        for question in questions(version):
            if this.where.find(question.id) is None:
                found[question.id] = number_, question
    return list(found.values())


def _hits(this: Desk, view: View) -> set[str]:
    """The questions that were searched for by their words in whatever language, their name, what is said of them."""
    wanted = view.find.casefold()
    return {
        question.id
        for question in this.where.order
        if (not wanted or wanted in "\n".join((question.id, *question.label.values())).casefold())
        and (not view.only or any(one.severity == view.only for one in this.written.of_question.get(question.id, ())))
    }


def _parts(this: Desk, view: View, hits: set[str]) -> list[Part]:
    speaker, sections = this.speaker, this.instrument.sections
    spoken = speaker.language if this.instrument.languages else ""
    last = len(this.where.order) - 1
    left = view.most
    found = []
    for at, section in enumerate(sections, 1):
        if view.section and section.id != view.section:
            continue
        begin = this.where.begins[at - 1][0]
        rows = []
        for place, question in enumerate(section.questions, begin):
            if view.searched and (question.id not in hits or not left):
                continue
            left -= view.searched
            moves = {"up": place > 0, "down": place < last} if not view.searched else {"up": False, "down": False}
            rows.append(row(this, question, speaker, **moves))
        if rows or not view.searched:
            name, condition = name_of(section, at, spoken), condition_of(section.relevant, speaker)
            found.append(Part(section, at, name, condition, Markup("").join(map(Markup, rows))))
    return found


_mains: Remembered[Hashable, tuple[Piece[None], ...]] = Remembered(200)
_navs: Remembered[Hashable, str] = Remembered(400)


def _nav(this: Desk, shown: str) -> str:
    """The sections to choose from."""
    found = entries(this, this.speaker)
    key = (this.row.id, tag(), shown, tuple((one.section.id, one.name, one.count, one.errors) for one in found))
    base = url_for("draft_list.look", study_id=this.row.study_id, instrument_id=this.row.id)
    return _navs.found(
        key,
        lambda: render_template("team/ask/draft_nav.html", entries=found, shown=shown, base=f"{base}?section="),
    )


def _main(visit: Visit, this: Desk, view: View, refusal: str) -> tuple[Piece[None], ...]:
    marks: Marks[None] = Marks()
    hits = _hits(this, view) if view.searched else set()
    speaker = this.speaker
    html = render_template(
        "team/ask/draft_main.html",
        this=this,
        row=this.row,
        refusal=refusal,
        view=replace(view, hits=len(hits)),
        parts=_parts(this, view, hits),
        sections=len(this.instrument.sections),
        nav=Markup(_nav(this, view.section) if view.long else ""),  # noqa: S704 - a template of ours
        notes=notes,
        retired=_retired(this),
        spoken=speaker.language if this.instrument.languages else "",
        words_of=words_of,
        may_publish=Permit.PUBLISH in visit.permits,
        csrf_token=lambda: marks(lambda _: forgery.token()),
    )
    return marks.pieces(html)


def page_of(visit: Visit, instrument_id: UUID, *, refusal: str = "") -> str:
    """The list. It is the same for everybody who writes, so it is made once for each saving."""
    this = desk(visit, instrument_id)
    view = _view(this)
    if refusal or view.searched:
        main = _main(visit, this, view, refusal)
    else:
        key = (this.source, this.draft.editor, view, tag(), Permit.PUBLISH in visit.permits)
        main = _mains.found(key, lambda: _main(visit, this, view, ""))
    return surrounded(
        visit, "team/ask/draft_list.html", filled(main, None), repeats=True, title=this.title, failed=bool(refusal)
    )
