"""The code book of the REFI-QDA standard (``.qdc``): the codes of the project, with the same GUIDs."""

from collections.abc import Iterator

from exports.codetree import LONGEST_NAME, code_tree
from exports.dataset import Dataset, File, Sink
from exports.refi import CODEBOOK, ORIGIN, document

NAME = "codebook.qdc"


def files(data: Dataset) -> Iterator[File]:
    """The code book."""
    tree = code_tree(data)

    def write(sink: Sink) -> None:
        with (
            document(sink, "CodeBook", CODEBOOK, {"origin": ORIGIN}) as elements,
            elements.within("Codes"),
        ):
            for code in tree.codes:
                elements.code(code)

    yield File(NAME, write)


def losses(data: Dataset) -> tuple[str, ...]:
    """What a code book cannot say."""
    tree = code_tree(data)
    found = [
        "The code book names instruments, their questions, themes and speakers; it has no texts and no codings.",
        "Questions that are answered without words (choices, numbers, dates, scales) have no code; they are described "
        "in the codebook of the tables.",
    ]
    found += [f"The code “{old}” is called “{new}” here, because names are unique." for old, new in tree.renamed]
    found += [
        f"The name “{name}” has more than {LONGEST_NAME} characters; some programs cut it."
        for name in tree.long_names()
    ]
    return tuple(found)
