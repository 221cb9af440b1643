"""A document as turns: every paragraph begins with the name of who speaks, as programs expect that find speakers.

Each paragraph bears the name, not just the first of a turn, because a paragraph that begins with "Note:" would be taken
for what somebody called Note said.
"""

from collections.abc import Iterator

from exports.documents import Document, Speaker
from exports.spans import script_of
from exports.xml_text import in_one_line

INTERVIEWER = "Interviewer"
LONGEST_NAME = 63  # what MAXQDA takes for a speaker in front of a colon


def speaker_name(document: Document, speaker: Speaker) -> str:
    """The name of a speaker in a document: a participant is called by the pseudonym, so that it leads to the case."""
    if speaker is Speaker.INTERVIEWER:
        return INTERVIEWER
    return in_one_line(document.case.pseudonym).replace(":", " ")[:LONGEST_NAME].strip()


def has_turns(document: Document) -> bool:
    """Whether the participant speaks in it; an interviewer's notes are all in one voice."""
    return any(part.speaker is Speaker.PARTICIPANT for part in document.parts)


def turns_of(document: Document) -> Iterator[tuple[Speaker, tuple[str, ...]]]:
    """Who speaks, with the paragraphs that are said; none is blank."""
    for passage in script_of(document).passages:
        for turn in passage.turns:
            yield turn.speaker, paragraphs(turn.quote)


def lines_of(document: Document) -> Iterator[str]:
    """The document as lines ``Name: words``."""
    for speaker, said in turns_of(document):
        name = speaker_name(document, speaker)
        for paragraph in said:
            yield f"{name}: {paragraph}"


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines of a text that are not blank, as they are but for spaces at their ends."""
    return tuple(line.rstrip() for line in text.split("\n") if line.strip())
