"""A question with every one of its texts said in another way, or with its options and rows replaced."""

from collections.abc import Callable

import msgspec

from instruments.definition import Question
from instruments.kinds import Kind, Matrix, MultipleChoice, Number, Option, Rank, Row, Scale, SingleChoice
from instruments.sentences import Texts


def with_parts(kind: Kind, option: Callable[[Option], Option], row: Callable[[Row], Row]) -> Kind:
    """The kind with each of its options and rows replaced."""
    match kind:
        case SingleChoice() | MultipleChoice() | Rank():
            return msgspec.structs.replace(kind, options=tuple(map(option, kind.options)))
        case Matrix():
            each = kind.each
            if isinstance(each, SingleChoice | MultipleChoice):
                each = msgspec.structs.replace(each, options=tuple(map(option, each.options)))
            return msgspec.structs.replace(kind, each=each, rows=tuple(map(row, kind.rows)))
        case _:
            return kind


def retold(question: Question, say: Callable[[Texts], Texts]) -> Question:
    """The question with all of its texts as ``say`` says them, but for its message."""
    kind = with_parts(
        question.kind,
        lambda part: msgspec.structs.replace(part, label=say(part.label)),
        lambda part: msgspec.structs.replace(part, label=say(part.label)),
    )
    if isinstance(kind, Number):
        kind = msgspec.structs.replace(kind, unit=say(kind.unit))
    if isinstance(kind, Scale):
        kind = msgspec.structs.replace(kind, low=say(kind.low), middle=say(kind.middle), high=say(kind.high))
    return msgspec.structs.replace(
        question, kind=kind, label=say(question.label), help=say(question.help), notes=say(question.notes)
    )
