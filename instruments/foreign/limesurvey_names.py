"""Under which names equations look at the answers to a question, and where these are found here."""

from collections.abc import Mapping, Sequence

from instruments.conditions import Reference
from instruments.foreign.limesurvey_kinds import Part
from instruments.foreign.limesurvey_logic import Answers
from instruments.foreign.limesurvey_source import Source
from instruments.foreign.logic_terms import Asked, Ticked
from instruments.kinds import Kind, Matrix, MultipleChoice, Rank, SingleChoice, YesNo

_YES_NO = {"Y": "yes", "N": "no"}


def make_known(source: Source, parts: Sequence[Part], ids: Sequence[str], answers: Answers) -> None:
    """``answers`` knows every answer to the question from now on. ``ids`` are those of its parts."""
    names = _Names(source)
    for part, question in zip(parts, ids, strict=True):
        if isinstance(part.kind, Matrix):
            _know_rows(source, part, question, names, answers)
        elif part.suffix:
            answers.know(names.with_end(part.suffix), Asked(Reference(question), part.kind))
        else:
            _know_one(source, part.kind, question, names, answers)
    answers.know(names.alone(), None)


class _Names:
    """Both ways to name an answer: by code, and by the numbers of survey, group and question."""

    def __init__(self, source: Source) -> None:
        data = source.entry.data
        self._code = source.entry.code
        self._numbers = f"{data.get('sid', '')}X{data.get('gid', '')}X{source.entry.key}"

    def alone(self) -> list[str]:
        return [self._code, self._numbers]

    def with_end(self, end: str, numbers_end: str = "") -> list[str]:
        return [f"{self._code}_{end}", f"{self._numbers}{numbers_end or end}"]


def _know_one(source: Source, kind: Kind, question: str, names: _Names, answers: Answers) -> None:
    of = Reference(question)
    match kind:
        case YesNo():
            answers.know(names.alone(), Asked(of, kind, _YES_NO))
        case SingleChoice():
            answers.know(names.alone(), Asked(of, kind, _renamed(source, kind)))
            answers.know(names.with_end("other"), None)
        case MultipleChoice():
            answers.know(names.alone(), Asked(of, kind))
            for code in [*source.names, "other"]:
                here = source.names.get(code, code)
                answers.know(names.with_end(code), Ticked(of, here, on="Y", off=""))
                answers.know(names.with_end(f"{code}comment"), None)
        case Rank():
            answers.know(names.alone(), Asked(of, kind))
            for place in range(1, len(kind.options) + 1):
                answers.know(names.with_end(str(place)), None)
        case _:
            answers.know(names.alone(), Asked(of, kind))


def _renamed(source: Source, kind: SingleChoice) -> Mapping[str, str]:
    """The codes by what they are called there, if one of them is called otherwise here."""
    here = {option.code for option in kind.options}
    codes = {there: name for there, name in source.names.items() if name in here}
    if all(there == name for there, name in codes.items()):
        return {}
    return codes | {code: code for code in here - set(codes.values())}


def _know_rows(source: Source, part: Part, question: str, names: _Names, answers: Answers) -> None:
    each = part.kind.each if isinstance(part.kind, Matrix) else None
    numbered = source.entry.data.get("type") == "1"
    for line in source.lines:
        of = Reference(question, source.names.get(line.code, line.code))
        asked = Asked(of, each, _renamed(source, each) if isinstance(each, SingleChoice) else {})
        if isinstance(each, MultipleChoice):
            for column in source.columns:
                ticked = Ticked(of, source.names.get(column.code, column.code), on="1", off="")
                answers.know(names.with_end(f"{line.code}_{column.code}"), ticked)
        elif part.suffix:
            between = "#" if numbered else "_"
            end = f"{line.code}{between}{part.suffix}"
            answers.know(names.with_end(f"{line.code}_{part.suffix}", end), asked)
        else:
            answers.know(names.with_end(line.code), asked)
