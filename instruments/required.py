"""What to say when a question that needs an answer has none: what to do, in the words of its kind."""

from instruments.answers import first_field
from instruments.definition import Question
from instruments.fields import row_field
from instruments.kinds import Answer, Date, LongText, Matrix, Number, Rank, Row, ShortText, Topic, YesNo
from instruments.sentences import Problem, Sentence

_CHOOSE = Sentence("Choose an answer.")
_CHOOSE_OR_DECLINE = Sentence("Choose an answer, or tick that you prefer not to answer.")
_WRITE = Sentence("Write an answer.")
_WRITE_OR_DECLINE = Sentence("Write an answer, or tick that you prefer not to answer.")


def lacking(question: Question, answer: Answer, rows: tuple[Row, ...]) -> tuple[Problem, ...]:
    """What keeps a required question from being done: nothing if it is answered or declined.

    A matrix is done when each of the ``rows`` that are offered is.
    """
    if isinstance(question.kind, Matrix) and not (isinstance(answer, dict) and answer.get("declined") is True):
        answered = answer if isinstance(answer, dict) else {}
        return tuple(_row(question, row) for row in rows if row.id not in answered)
    return () if answer is not None else (Problem(first_field(question), _sentence(question)),)


def _row(question: Question, row: Row) -> Problem:
    name = row_field(question.id, row.id)
    said = {"row": row.label}
    if question.may_decline:
        return Problem(name, Sentence("Answer “%(row)s”, or tick below that you prefer not to answer.", said))
    return Problem(name, Sentence("Answer “%(row)s”.", said))


def _sentence(question: Question) -> Sentence:
    match question.kind:
        case ShortText() | LongText() | Number():
            return _WRITE_OR_DECLINE if question.may_decline else _WRITE
        case Date():
            return Sentence("Give a date, or tick that you prefer not to answer.") if question.may_decline else _DATE
        case Rank():
            return _RANK_OR_DECLINE if question.may_decline else _RANK
        case Topic():
            return Sentence("Say whether the topic was asked, skipped or declined.")
        case YesNo():
            return _YES_OR_DECLINE if question.may_decline else Sentence("Choose yes or no.")
        case _:
            return _CHOOSE_OR_DECLINE if question.may_decline else _CHOOSE


_DATE = Sentence("Give a date.")
_RANK = Sentence("Put the answers in order.")
_RANK_OR_DECLINE = Sentence("Put the answers in order, or tick that you prefer not to answer.")
_YES_OR_DECLINE = Sentence("Choose yes or no, or tick that you prefer not to answer.")
