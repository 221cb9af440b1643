"""From LimeSurvey's questions to ours: first what each can be called and asked, then what it looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from instruments.condition_parser import parse
from instruments.conditions import Comparison, Condition, Reference, Selected, Text, printed
from instruments.definition import Question
from instruments.foreign.limesurvey_conditions import Conditions
from instruments.foreign.limesurvey_kinds import Part, parts_of
from instruments.foreign.limesurvey_logic import NOTHING, Answers
from instruments.foreign.limesurvey_names import make_known
from instruments.foreign.limesurvey_source import Source
from instruments.foreign.limesurvey_texts import refuse_pattern
from instruments.foreign.logic_terms import Asked, all_of, any_of, compared, opposite
from instruments.foreign.naming import Names
from instruments.foreign.retelling import retold, with_parts
from instruments.kinds import Information, Matrix, MultipleChoice, Option, Rank, Row, SingleChoice
from instruments.sentences import Texts


@dataclass(slots=True)
class Draft:
    """A question on its way: what it becomes, and the ids of that. Without parts it asks nothing."""

    source: Source
    parts: Sequence[Part]
    ids: Sequence[str]


class Questions:
    """All questions of a survey."""

    def __init__(self, sources: Sequence[Source], conditions: Conditions, *, one_a_page: bool) -> None:
        self.answers = Answers()
        self.drafts: list[Draft] = []
        self._by_code: dict[str, Draft] = {}
        self._conditions = conditions
        self._one_a_page = one_a_page
        names = Names()
        for source in sources:
            parts = [] if _is_hidden(source) else parts_of(source)
            _leave_out_what_is_not_asked_with(source, asked=bool(parts))
            refuse_pattern(source)
            ids = [names.id(f"{source.entry.code}_{part.suffix}".rstrip("_")) for part in parts]
            draft = Draft(source, parts, ids)
            self.drafts.append(draft)
            self._by_code.setdefault(source.entry.code, draft)
            make_known(source, parts, ids, self.answers)
            _say_names(source, parts, ids)

    def made(self, draft: Draft) -> list[Question]:
        """The questions that a question becomes."""
        source, data = draft.source, draft.source.entry.data
        if not draft.parts:
            return []
        label = source.speech.of_entry(source.entry, source.row, source.entry.code)
        condition = self._condition(source)
        if data.get("mandatory") == "S":
            source.row.changes(
                "mandatory", "An answer was asked for once and could be left out; here it is not asked for."
            )
        found = []
        for part, name in zip(draft.parts, draft.ids, strict=True):
            own = part.suffix == "comment"
            found.append(
                self._linked(
                    draft,
                    Question(
                        id=name,
                        kind=part.kind,
                        label=part.heading if own else _with_heading(label, part.heading),
                        help={} if own else source.speech.texts(source.entry.help),
                        required=data.get("mandatory") == "Y" and not own and not isinstance(part.kind, Information),
                        relevant=condition,
                        new_page=not own and (self._one_a_page or source.settings.is_on("page_break")),
                    ),
                )
            )
        unused = source.settings.unused()
        if unused:
            source.row.loses(
                "settings", "These settings have no effect here: %(settings)s.", settings="; ".join(unused)
            )
        return found

    def _condition(self, source: Source) -> str:
        said = source.entry.data.get("relevance", "")
        source.settings.said("relevance")  # the same equation once more, in files of some versions
        if said.strip() in NOTHING:
            said = self._conditions.equation(source.entry.key)
        return self.answers.condition(said, source.row)

    def _linked(self, draft: Draft, question: Question) -> Question:
        """The question with its answers repeated, and with the conditions of its lines and options."""
        source = draft.source
        lost: list[str] = []

        def say(texts: Texts) -> Texts:
            return {language: self.answers.text(said, lost) for language, said in texts.items()}

        question = retold(question, say)
        if lost:
            source.row.loses(
                "text", "This is worked out there, and stands here as it is: %(said)s. Reword it.", said=" ".join(lost)
            )
        conditions = self._conditions_of_lines(source)
        if not conditions:
            return question

        def option(part: Option) -> Option:
            return msgspec.structs.replace(part, relevant=conditions.get(part.code, part.relevant))

        def row(part: Row) -> Row:
            return msgspec.structs.replace(part, relevant=conditions.get(part.id, part.relevant))

        if isinstance(question.kind, SingleChoice | MultipleChoice | Rank):
            return msgspec.structs.replace(question, kind=with_parts(question.kind, option, row))
        return msgspec.structs.replace(question, kind=with_parts(question.kind, lambda part: part, row))

    def _conditions_of_lines(self, source: Source) -> Mapping[str, str]:
        """The condition of each line, or option, by its name here: its own, and what an array filter says."""
        found = {}
        filters = self._filters(source)
        for entry in source.choices:
            said = self.answers.condition(entry.data.get("relevance", ""), source.rows[entry.key])
            parts = [*([parse(said)] if said else []), *filters.get(entry.code, ())]
            if parts:
                found[source.names.get(entry.code, entry.code)] = printed(all_of(parts))
        return found

    def _filters(self, source: Source) -> dict[str, list[Condition]]:
        """What array filters say about each line, by its code: it is there only where it was chosen before, or not."""
        found: dict[str, list[Condition]] = {}
        for setting, excluded in (("array_filter", False), ("array_filter_exclude", True)):
            for name in source.settings.said(setting).replace(",", ";").split(";"):
                if not name.strip():
                    continue
                chosen = {
                    entry.code: condition
                    for entry in source.choices
                    if (condition := self._chosen(name.strip(), entry.code)) is not None
                }
                if not chosen:
                    source.row.loses(
                        "settings", "The filter by “%(name)s” was left out: no answer there is one of these.", name=name
                    )
                for code, condition in chosen.items():
                    found.setdefault(code, []).append(opposite(condition) if excluded else condition)
        return found

    def _chosen(self, name: str, code: str) -> Condition | None:
        """Whether the line or option of that code was answered, or chosen, in the question of that name."""
        draft = self._by_code.get(name)
        found: list[Condition] = []
        for part, question in zip(draft.parts, draft.ids, strict=True) if draft else ():
            here = draft.source.names.get(code, code) if draft else code
            match part.kind:
                case Matrix(rows=rows, each=each) if any(row.id == here for row in rows):
                    of = Reference(question, here)
                    several = isinstance(each, MultipleChoice)
                    found.append(
                        compared(Asked(of, each), "!=", Text("")) if several else Comparison(of, "!=", Text(""))
                    )
                case SingleChoice() | MultipleChoice() | Rank() as kind:
                    offered = {option.code for option in kind.options}
                    found += [Selected(Reference(question), here)] if here in offered else []
        return any_of(found) if found else None


def _is_hidden(source: Source) -> bool:
    if source.settings.is_on("hidden"):
        source.row.leave_out("It is hidden from whoever answers, so nobody is asked.")
        return True
    return False


def _leave_out_what_is_not_asked_with(source: Source, *, asked: bool) -> None:
    for key, row in source.rows.items():
        if not asked:
            row.leave_out("It belongs to a question that was left out.")
        elif key not in source.taken:
            # LimeSurvey keeps what a question had under another type, and the places of a ranking.
            row.leave_out("A question of this type is asked without it.")


def _say_names(source: Source, parts: Sequence[Part], ids: Sequence[str]) -> None:
    for part, name in zip(parts, ids, strict=True):
        said = f"{source.entry.code}_{part.suffix}".rstrip("_")
        if said != name:
            source.row.changes("code", "“%(said)s” is called “%(name)s” here.", said=said, name=name)


def _with_heading(label: Texts, heading: Texts) -> Texts:
    return {tag: f"{said} – {heading[tag]}" if heading.get(tag) else said for tag, said in label.items()}
