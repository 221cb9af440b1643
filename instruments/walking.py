"""One walk through the questions of an instrument: which are reached, given the answers before them."""

from instruments.answers import question_reader
from instruments.condition_parser import parse
from instruments.conditions import Condition, evaluate
from instruments.definition import Question
from instruments.fields import Reader
from instruments.kinds import Answer, Answers
from instruments.offering import Offering


class Step:
    """A question, ready to be reached and read."""

    __slots__ = (
        "asks", "condition", "conditional", "id", "offering", "question", "read", "required", "section", "slot",
    )  # fmt: skip

    def __init__(self, question: Question, slot: int, section: Condition | None) -> None:
        self.question = question
        self.id = question.id
        self.asks = question.asks
        self.slot = slot
        self.section = section
        self.condition = parse(question.relevant) if question.relevant else None
        self.offering = Offering(question.kind)
        self.conditional = self.offering.conditional
        self.required = question.required and question.asks
        self.read: Reader = question_reader(question)


class Walk:
    """Goes from question to question and remembers the answers that count."""

    __slots__ = ("_all", "_sections", "counting")

    def __init__(self, answers: Answers) -> None:
        self._all = answers
        self._sections: dict[int, bool] = {}
        self.counting: dict[str, Answer] = {}

    def leads_to(self, step: Step) -> bool:
        """Whether the step is reached."""
        counting = self.counting
        if step.section is not None:
            # A section is entered or left out as a whole, so its condition is asked once, when it begins.
            key = id(step.section)
            entered = self._sections.get(key)
            if entered is None:
                entered = self._sections[key] = evaluate(step.section, counting)
            if not entered:
                return False
        return step.condition is None or evaluate(step.condition, counting)

    def reaches(self, step: Step) -> bool:
        """The same, and the answer that was given there counts from now on."""
        if not self.leads_to(step):
            return False
        answer = self._all.get(step.id)
        if answer is not None and step.conditional:
            answer = step.offering.kept(answer, self.counting)
        if answer is not None:
            self.counting[step.id] = answer
        return True
