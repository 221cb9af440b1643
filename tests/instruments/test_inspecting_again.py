"""What is remembered of a draft while it is written is what would be found anew."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import readability
from instruments.definition import Instrument, find, from_json, questions, to_json
from instruments.inspection import inspect, inspect_question
from instruments.whereabouts import whereabouts
from tests.instruments.edits import edited
from tests.instruments.making import instruments


def _another(one: Instrument) -> Instrument:
    """The same definition, of which nothing was ever looked at."""
    return from_json(to_json(one))


@settings(deadline=None)
@given(instruments(), st.integers(1, 5), st.data())
def test_findings_after_any_chain_of_edits_are_those_of_a_draft_that_is_read_anew(
    first: Instrument, deeds: int, data: st.DataObject
) -> None:
    stands = first
    for _ in range(deeds):
        inspect(stands, first)
        looks_at = [f"${{{question.id}}} != ''" for question in questions(first)]
        condition = data.draw(st.sampled_from(["", "true()", *looks_at]))
        stands = data.draw(st.sampled_from(edited(stands, data)))
        if stands.sections:
            last = replace(stands.sections[-1], relevant=condition)
            stands = replace(stands, sections=(*stands.sections[:-1], last))
    assert inspect(stands, first) == inspect(_another(stands), _another(first))
    ids = [question.id for question in questions(stands)]
    for name in set(ids):
        if ids.count(name) == 1:
            said = [finding for finding in inspect(stands, first) if finding.question == name]
            assert list(inspect_question(stands, name, first)) == said
    assert readability.read_aloud(stands) == readability.read_aloud(_another(stands))


@given(instruments(), st.data())
def test_a_question_stands_where_it_is_found(first: Instrument, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(edited(first, data)))
    where = whereabouts(one)
    assert list(where.order) == list(questions(one))
    for name in [*where.places, "unknown"]:
        assert where.find(name) == find(one, name)
    for name, at in where.places.items():
        assert where.order[at].id == name
        assert next(question for question in where.homes[name].questions if question.id == name) is where.find(name)
    asked = [question.id for question in where.order if question.asks]
    assert where.numbers == {name: asked.index(name) + 1 for name in asked}
    assert [begins for begins, _ in where.begins] == [
        sum(len(section.questions) for section in one.sections[:at]) for at in range(len(one.sections))
    ]


def test_what_a_text_is_made_of_adds_up_line_by_line() -> None:
    lines = ["How old are you? Please say.", "What would you say of it, all in all", "", "Hardly."]
    every, whole = [readability.counts(line, "en") for line in lines], readability.counts("\n".join(lines), "en")
    for what in ("words", "sentences", "syllables"):
        assert sum(getattr(one, what) for one in every) == getattr(whole, what)
