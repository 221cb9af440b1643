"""One question of a draft, written in a form: its words in every language, its kind, who is asked it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from instruments import drafts, editing
from instruments.definition import Instrument, Question, Role, find, questions
from instruments.drafts import DraftOvertaken, InstrumentRow
from instruments.kinds import ShortText, Topic
from vault.accounts import Account
from vault.errors import Invalid, Missing
from vault.studies import Permit
from web.kit.guard import Pages
from web.kit.i18n import tag
from web.kit.pages import render
from web.kit.sentences import said
from web.kit.visit import Visit
from web.team import question_fields as fields
from web.team.condition_fields import COMPARES, Conditions
from web.team.draft_list import HERE, MOST_AT_ONCE, address, told
from web.team.draft_state import Desk, desk
from web.team.instrument_drafts import number
from web.team.instruments import of_the_study
from web.team.kinds_in_words import KINDS
from web.team.question_fields import Fields
from web.team.question_words import HINTS, LABELS, Difference, differences, layout

page = Pages("draft_question", __name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands or is to stand: an id that it has already, or what it comes behind."""

    question: str = ""
    after: str = ""
    section: str = ""

    def before(self, instrument: Instrument) -> list[Question]:
        """The questions that come first."""
        order = list(questions(instrument))
        names = [question.id for question in order]
        if self.question in names:
            return order[: names.index(self.question)]
        if self.after in names:
            return order[: names.index(self.after) + 1]
        sections = [section.id for section in instrument.sections]
        upto = instrument.sections[: sections.index(self.section) + 1] if self.section in sections else ()
        return [question for section in upto for question in section.questions] if upto else order


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the page is shown again: what is wrong where, what to go on with, what somebody else wrote."""

    wrong: Mapping[str, str]
    focus: str = ""
    theirs: Sequence[Difference] = ()
    gone: bool = False
    overtaken: bool = False

    @property
    def unsaved(self) -> bool:
        """Whether the page holds what was typed and not saved."""
        return self is not NO_TROUBLE


NO_TROUBLE = Trouble({})


def language_of(instrument: Instrument) -> str:
    """The language of the page, if the instrument speaks it, else the one that it was written in."""
    return tag() if tag() in instrument.languages else instrument.language


def _page(visit: Visit, this: Desk, place: Place, typed: Fields, *, seen: int, trouble: Trouble = NO_TROUBLE) -> str:
    """The form with what stands in it. ``seen`` is the number of the draft that whoever writes has seen."""
    instrument = this.instrument
    stands = find(instrument, place.question)
    published = this.published.get(place.question)
    conditions = Conditions(instrument, place.before(instrument), language_of(instrument))
    kind = fields.KINDS.get(fields.one(typed, "kind")) or ShortText
    return render(
        visit,
        "team/ask/question.html",
        this=this,
        row=this.row,
        place=place,
        typed=typed,
        value=lambda name: fields.one(typed, name),
        seen=seen,
        trouble=trouble,
        editor=visit.db.get_one(Account, this.draft.edited_by),
        stands=stands,
        published=published,
        fixed=fields.fixed_codes(published),
        spoken=fields.languages_of(instrument.languages, stands),
        kinds={name: words for name, words in KINDS.items() if name != "topic" or this.row.role is Role.GUIDE},
        cells={name: KINDS[name] for name in fields.CELLS},
        shape=layout(kind, typed),
        labels=LABELS,
        hints=HINTS,
        choice=conditions.choice(typed),
        compares=COMPARES,
        findings=this.written.of_question.get(place.question, ()),
        home=editing.section_of(instrument, place.question),
        sections=instrument.sections,
        short=sum(len(section.questions) for section in instrument.sections) <= MOST_AT_ONCE,
        said=said,
    )


class Cut(Invalid):
    """Without the number that stands in every form of ours, the rest of it is missing too."""

    public = "The form did not arrive whole, so nothing was changed. Load the page again and enter it anew."


@page.view(f"{HERE}/question/<question_id>", permit=Permit.AUTHOR)
def edit(visit: Visit, instrument_id: UUID, question_id: str) -> ResponseReturnValue:
    """The question as it stands in the draft."""
    this = desk(visit, instrument_id)
    question = find(this.instrument, question_id)
    if question is None:
        raise Missing
    place = Place(question=question_id)
    conditions = Conditions(this.instrument, place.before(this.instrument), language_of(this.instrument))
    typed = fields.fields_of(question) | conditions.fields_of(question.relevant)
    return _page(visit, this, place, typed, seen=this.draft.number)


@page.view(f"{HERE}/new-question", permit=Permit.AUTHOR)
def new(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """An empty question, behind another one or at the end of a section."""
    this = desk(visit, instrument_id)
    place = Place(after=request.args.get("after", ""), section=request.args.get("section", ""))
    kind = Topic() if this.row.role is Role.GUIDE else ShortText()
    typed = fields.fields_of(Question(id="", kind=kind, label={})) | {"relevant.by": [""]}
    return _page(visit, this, place, typed, seen=this.draft.number)


def sent() -> dict[str, list[str]]:
    """What was typed, without what is the form's own."""
    ours = {"csrf_token", "seen", "do", "then"}
    return {name: values for name, values in request.form.to_dict(flat=False).items() if name not in ours}


@page.action(f"{HERE}/question/<question_id>", permit=Permit.AUTHOR)
def save(visit: Visit, instrument_id: UUID, question_id: str) -> ResponseReturnValue:
    """The question is what was typed, unless somebody else changed it meanwhile: then both are shown."""
    return _save(visit, instrument_id, Place(question=question_id))


@page.action(f"{HERE}/new-question", permit=Permit.AUTHOR)
def add(visit: Visit, instrument_id: UUID) -> ResponseReturnValue:
    """The draft has a further question."""
    return _save(
        visit, instrument_id, Place(after=request.args.get("after", ""), section=request.args.get("section", ""))
    )


def _save(visit: Visit, instrument_id: UUID, place: Place) -> ResponseReturnValue:
    row = of_the_study(visit, instrument_id)
    if "seen" not in request.form:
        raise Cut
    this, typed, seen = desk(visit, instrument_id), sent(), number(request.form.get("seen"))
    if deed := request.form.get("do", ""):
        typed, focus = fields.rearranged(typed, deed)
        return _page(visit, this, place, typed, seen=seen, trouble=Trouble({}, focus or deed))
    read, wrong = _read(this, place, typed)
    if wrong:
        return _page(visit, this, place, typed, seen=seen, trouble=Trouble(wrong)), 422
    try:
        saved = _written(visit, row, place, read, seen)
    except DraftOvertaken:
        theirs = find(this.instrument, place.question)
        differing = differences(theirs, typed, this.instrument.languages) if theirs else ()
        trouble = Trouble({}, theirs=differing, gone=theirs is None, overtaken=True)
        return _page(visit, this, place, typed, seen=this.draft.number, trouble=trouble), 409
    told(visit, gettext("The question was saved."), merged=saved)
    return redirect(_onward(visit, row, read), code=303)


def _read(this: Desk, place: Place, typed: Fields) -> tuple[Question, dict[str, str]]:
    """The question that was typed, and what of it cannot be taken."""
    instrument = this.instrument
    stands = find(instrument, place.question)
    published = this.published.get(place.question)
    conditions = Conditions(instrument, place.before(instrument), language_of(instrument))
    relevant, wrong = conditions.text_of(typed, stands.relevant if stands else "")
    taken = {*editing.ids(instrument), *this.published} - {place.question}
    if published is not None:
        typed = {**typed, "id": [published.id]}
    languages = fields.languages_of(instrument.languages, stands)
    read = fields.question_of(typed, languages, relevant=relevant, taken=taken, fallback=place.question)
    return read.question, {**read.wrong, **wrong}


def _written(visit: Visit, row: InstrumentRow, place: Place, question: Question, seen: int) -> bool:
    """Saves the question; returns whether somebody else's changes are in the draft as well. Raises DraftOvertaken."""

    def deed(instrument: Instrument) -> Instrument:
        if find(instrument, place.question):
            return editing.with_question(instrument, question, was=place.question)
        return editing.inserted(instrument, [question], after=place.after, section=place.section)

    touches = (place.question,) if place.question else ()
    return drafts.change(
        visit.db, row.id, deed, touches=touches, seen=seen, by=visit.account_id, now=visit.now
    ).merged  # fmt: skip


def _onward(visit: Visit, row: InstrumentRow, question: Question) -> str:
    study, instrument = visit.study_id, row.id
    match request.form.get("then"):
        case "stay":
            return url_for("draft_question.edit", study_id=study, instrument_id=instrument, question_id=question.id)
        case "next":
            return url_for("draft_question.new", study_id=study, instrument_id=instrument, after=question.id)
        case _:
            return address(visit, row.id, question=question.id)
