"""Chains of what authors do to an instrument, by the verbs with which it is really done."""

from collections.abc import Sequence
from functools import partial

from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import editing
from instruments.definition import Instrument, Question, Role, Section, find
from instruments.drafts import Deed
from instruments.kinds import (
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)
from instruments.sentences import Texts
from tests.instruments.making import kinds, labels

_NEW = ("new", "extra", "Q0", "later")


def _reworded(name: str, texts: dict[str, str], one: Instrument) -> Instrument:
    asked = find(one, name)
    return editing.with_question(one, replace(asked, label=texts)) if asked else one


def _required(name: str, one: Instrument) -> Instrument:
    asked = find(one, name)
    return editing.with_question(one, replace(asked, required=not asked.required)) if asked else one


def _tweaked(name: str, what: str, one: Instrument) -> Instrument:
    """The first option or row of a question is offered otherwise, or all of them in another order."""
    asked = find(one, name)
    kind = asked.kind if asked else None
    part = "rows" if isinstance(kind, Matrix) else "options"
    there = getattr(kind, part, ())
    if asked is None or kind is None or not there:
        return one
    if what == "order":
        changed = tuple(reversed(there))
    elif what == "relevant":
        changed = (replace(there[0], relevant="" if there[0].relevant else "true()"), *there[1:])
    elif isinstance(there[0], Option):
        changed = (replace(there[0], **{what: not getattr(there[0], what)}), *there[1:])
    else:
        return one
    return editing.with_question(one, replace(asked, kind=replace(kind, **{part: changed})))


def _retitled(name: str, texts: dict[str, str], one: Instrument) -> Instrument:
    section = next((section for section in one.sections if section.id == name), None)
    return editing.with_section(one, replace(section, title=texts)) if section else one


def _added(question: Question, after: str, one: Instrument) -> Instrument:
    named = replace(question, id=editing.free_id(question.id, editing.ids(one)))
    return editing.inserted(one, [named], after=after)


def _further_section(name: str, after: str, one: Instrument) -> Instrument:
    taken = [section.id for section in one.sections]
    return editing.added_section(one, Section(id=editing.free_id(name, taken)), after=after)


@st.composite
def deeds(
    draw: st.DrawFn, instrument: Instrument, earlier: Sequence[Instrument] = (), *, careful: bool = False
) -> Deed:
    """One thing that somebody does to the instrument: mostly to what is there, sometimes to what is not.

    Whoever is ``careful`` writes nothing that bars publication by itself.
    """
    name = draw(st.sampled_from([*editing.ids(instrument), "unknown"]))
    other = draw(st.sampled_from([*editing.ids(instrument), "unknown"]))
    section = draw(st.sampled_from([*(one.id for one in instrument.sections), "unknown"]))
    texts = dict(draw(_said if careful else labels))
    up = draw(st.booleans())
    new = Question(id=draw(st.sampled_from(_NEW)), kind=draw(_plain if careful else kinds(())), label=texts)
    possible: list[Deed] = [
        partial(_added, new, other),
        partial(_reworded, name, texts),
        partial(_required, name),
        partial(_tweaked, name, draw(st.sampled_from(["exclusive", "declines", "words", "relevant", "order"]))),
        lambda one: editing.moved_by_one(one, name, up=up),
        lambda one: editing.moved_to(one, name, after=other),
        lambda one: editing.moved_to(one, name, section=section) if _has(one, section) else one,
        lambda one: editing.split(one, name)[0],
        lambda one: editing.joined(one, section),
        lambda one: editing.without(one, name),
        lambda one: editing.duplicated(one, name)[0],
        lambda one: editing.moved_section(one, section, up=up),
        partial(_retitled, section, texts),
        partial(_further_section, "part", section),
        lambda one: replace(one, minutes=len(texts.get("en", "")) + 1),
        lambda one: replace(one, title=texts),
    ]
    for former in earlier:
        gone = [asked for asked in editing.ids(former) if find(instrument, asked) is None]
        possible += [partial(_restored, former, draw(st.sampled_from(gone)))] if gone else []
    return draw(st.sampled_from(possible))


def _restored(former: Instrument, name: str, one: Instrument) -> Instrument:
    return editing.restored(one, former, name)


def _texts(said: str) -> Texts:
    return {"en": said, "fr": f"{said}, en français"}


_said = st.sampled_from(["How often?", "Why", "And then?", "Your mentor", "Time"]).map(_texts)
_options = tuple(Option(code=code, label=_texts(code)) for code in ("time", "money", "other"))
_plain: st.SearchStrategy[Kind] = st.one_of(
    st.sampled_from([YesNo(), ShortText(), LongText(), Number(), Scale(low=_texts("low"), high=_texts("high"))]),
    st.integers(2, 3).map(lambda most: SingleChoice(options=_options[:most])),
    st.integers(2, 3).map(lambda most: MultipleChoice(options=_options[:most])),
    st.just(Matrix(each=YesNo(), rows=(Row(id="a", label=_texts("a")), Row(id="b", label=_texts("b"))))),
)


@st.composite
def sound(draw: st.DrawFn) -> Instrument:
    """A survey that can be published: a first question to say yes to, and others, some under the condition of it."""
    first = Question(id="first", kind=YesNo(), label=_texts("Begin?"))
    sections = []
    for number in range(draw(st.integers(1, 3))):
        inside = tuple(
            Question(
                id=f"q{number}_{at}",
                kind=draw(_plain),
                label=draw(_said),
                relevant=draw(st.sampled_from(["", "${first} = 'yes'"])),
                may_decline=draw(st.booleans()),
                new_page=draw(st.booleans()),
            )
            for at in range(draw(st.integers(0, 3)))
        )
        questions = (first, *inside) if number == 0 else inside
        sections.append(Section(id=f"s{number}", questions=questions, title=draw(_said)))
    return Instrument(
        id="it", role=Role.SURVEY, title=_texts("It"), languages=("en", "fr"), sections=tuple(sections), minutes=3
    )


def _has(instrument: Instrument, section: str) -> bool:
    return any(one.id == section for one in instrument.sections)


@st.composite
def grown(draw: st.DrawFn, instrument: Instrument, *, most: int = 5) -> Instrument:
    """What a few deeds make of an instrument."""
    for _ in range(draw(st.integers(0, most))):
        instrument = draw(deeds(instrument))(instrument)
    return instrument
