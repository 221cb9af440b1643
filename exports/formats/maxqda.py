"""For MAXQDA: structured text (``.txt``) that it takes apart into coded documents, and turns by speaker for groups.

``#TEXT`` with a name begins a document, ``#CODE`` with a code a passage of it, which ``#ENDCODE`` ends. In the files of
turns every paragraph begins with ``Name:``, which "Focus group transcripts" makes speakers of. The files begin with a
byte order mark, by which programs on Windows know that they are UTF-8.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from exports.codetree import LONGEST_NAME, code_tree, question_guid
from exports.dataset import Dataset, File, Sink
from exports.documents import Document, documents
from exports.file_names import FileNames
from exports.spans import note_of, script_of
from exports.turns import has_turns, lines_of
from exports.xml_text import in_one_line

STRUCTURED, TURNS = "maxqda/structured.txt", "maxqda/turns"
MEMO = "Memo"

_MARK = "\ufeff"
_COMMAND = re.compile(r"#(?=TEXT|CODE|ENDCODE)", re.IGNORECASE)
_ALWAYS = (
    "MAXQDA structured text: attributes of participants, versions and dates are not in it; the project (QDPX) and the "
    "tables have them.",
    "MAXQDA structured text: answers that were chosen from options are not in it.",
    "MAXQDA structured text: themes are not in it.",
)


def files(data: Dataset) -> Iterator[File]:
    """All documents in one structured text, then the turns of each in which a participant speaks."""
    yield File(STRUCTURED, partial(_write_structured, data=data))
    names = FileNames()
    for document in documents(data):
        name = names.give(document.name)
        if has_turns(document):
            # The first line has no speaker: it is the title.
            lines = [name, *lines_of(document)]
            yield File(f"{TURNS}/{name}.txt", partial(_write_lines, lines=lines))


def losses(data: Dataset) -> tuple[str, ...]:
    """What these files cannot carry."""
    found = list(_ALWAYS)
    if long := code_tree(data).long_names():
        found.append(f"MAXQDA keeps {LONGEST_NAME} characters of a code's name; these are longer: {', '.join(long)}.")
    texts = (script_of(document).text + note_of(document) for document in documents(data))
    if commands := sum(_COMMAND.search(text) is not None for text in texts):
        found.append(
            "MAXQDA structured text: somebody wrote #TEXT, #CODE or #ENDCODE, which is a command there; a space stands "
            f"behind the # (documents: {commands})."
        )
    return tuple(found)


def _write_structured(sink: Sink, *, data: Dataset) -> None:
    paths = _paths(data)
    sink.write(_MARK.encode())
    for document in documents(data):
        _write_lines(sink, lines=list(_structured(document, data, paths)), mark="")


def _structured(document: Document, data: Dataset, paths: Mapping[str, str]) -> Iterator[str]:
    yield f"#TEXT{in_one_line(document.name)}"
    for passage in script_of(document).passages:
        wording, answer = (_harmless(turn.quote) for turn in passage.turns)
        yield wording
        yield f"#CODE{paths.get(question_guid(data, document.instrument.id, passage.question), passage.question)}"
        yield answer
        yield "#ENDCODE"
        yield ""
    if note := note_of(document):
        yield from (f"#CODE{MEMO}", _harmless(note), "#ENDCODE", "")


def _paths(data: Dataset) -> dict[str, str]:
    """The names of codes by GUID, each below that of its parent."""
    return {
        child.guid: f"{_code_name(parent.name)}\\{_code_name(child.name)}"
        for parent in code_tree(data).codes
        for child in parent.children
    }


def _code_name(name: str) -> str:
    return _harmless(name).replace("\\", "/")[:LONGEST_NAME].strip()


def _harmless(text: str) -> str:
    """The text without commands: a space stands behind the ``#`` of what would be one."""
    return _COMMAND.sub("# ", text)


def _write_lines(sink: Sink, *, lines: Sequence[str], mark: str = _MARK) -> None:
    sink.write((mark + "".join(f"{line}\n" for line in lines)).encode())
