"""A survey with every kind of question on its first page."""

from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import (
    Date,
    Information,
    Kind,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Rank,
    Row,
    Scale,
    ShortText,
    SingleChoice,
    YesNo,
)

_OPTIONS = (
    Option(code="walk", label={"en": "On foot"}),
    Option(code="train", label={"en": "By train, by tram or by bus"}),
    Option(code="other", label={"en": "Otherwise"}, words=True),
    Option(code="none", label={"en": "None of these"}, exclusive=True),
)
_ROWS = (
    Row(id="open", label={"en": "People say openly what they think."}),
    Row(id="time", label={"en": "There is enough time for everybody who asks for it."}),
)
_SCALE = Scale(low={"en": "Not at all"}, middle={"en": "Partly"}, high={"en": "Completely"})


def _asked(name: str, kind: Kind, label: str) -> Question:
    return Question(
        id=name, kind=kind, label={"en": label}, help={"en": "One line of help."}, required=True, may_decline=True
    )


ALL_KINDS = Instrument(
    id="all_kinds",
    role=Role.SURVEY,
    title={"en": "Every kind of question"},
    languages=("en",),
    minutes=3,
    sections=(
        Section(
            id="all",
            title={"en": "Every kind"},
            help={"en": "This part has one of each."},
            questions=(
                Question(id="read", kind=Information(), label={"en": "Something to read first.\n\nIn two parts."}),
                _asked("line", ShortText(longest=30), "Write one line."),
                _asked("words", LongText(longest=100), "Write as much as you like."),
                _asked("one", SingleChoice(options=_OPTIONS[:3]), "How do you come here?"),
                _asked("many", MultipleChoice(options=_OPTIONS), "And on other days?"),
                _asked("yes", YesNo(), "Is it far?"),
                _asked("count", Number(unit={"en": "minutes"}, least=0, most=600), "How long does it take?"),
                _asked("day", Date(precision="year"), "Since when?"),
                _asked("scale", _SCALE, "Do you like it?"),
                _asked("eleven", Scale(first=0, last=10, low={"en": "Never"}, high={"en": "Always"}), "From 0 to 10?"),
                _asked("grid", Matrix(each=_SCALE, rows=_ROWS), "How is it at work?"),
                _asked("grid_words", Matrix(each=ShortText(longest=40), rows=_ROWS), "In a word?"),
                _asked("order", Rank(options=_OPTIONS[:3], top=2), "What matters most?"),
            ),
        ),
    ),
)
