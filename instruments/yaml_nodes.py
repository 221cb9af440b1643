"""A YAML file as a plain tree in which every part knows its line.

Only the plain part of YAML is read: lists, mappings and words. There are no types, so ``no`` is a word and ``1.10``
keeps its zero; no anchors and aliases, with which a small file can stand for an endless one; no tags, with which a
file can ask for objects of a program. Size and depth are limited before anything is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from instruments.sentences import Filling, Sentence
from vault.errors import Invalid

LARGEST = 2_000_000
DEEPEST = 12
MOST_PARTS = 200_000

_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


@dataclass(frozen=True, slots=True)
class Words:
    """A word, a number, a text: whatever is neither a list nor a mapping."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, in the order of the file."""

    pairs: tuple[tuple[Words, "Node"], ...]
    line: int


Node: TypeAlias = Words | Items | Pairs


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line of a file, and what to do about it."""

    line: int
    sentence: Sentence

    def __str__(self) -> str:
        """The line and the sentence in English."""
        return f"Line {self.line}: {self.sentence}"


class FileUnreadable(Invalid):
    """The text is no file of ours. ``faults`` name each line and what to do there, in the order of the lines."""

    public = "This file cannot be read as an instrument."

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(" ".join(str(fault) for fault in faults[:1]) or None)


def fault(line: int, text: str, **values: Filling) -> Fault:
    """A fault on a line."""
    return Fault(line, Sentence(text, values))


def tree(text: str) -> Node:
    """The tree that the text says. Raises FileUnreadable at the first line that is not plain YAML."""
    if len(text) > LARGEST:
        raise FileUnreadable(fault(1, "Shorten the file to %(most)s characters.", most=LARGEST))
    try:
        return _document(_events(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileUnreadable(_not_yaml(text, mark.line + 1 if mark else 1, error.problem or "")) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else 1
        raise FileUnreadable(fault(line, "Take out the control character; a text file has none.")) from error


def _not_yaml(text: str, line: int, problem: str) -> Fault:
    lines = text.splitlines() or [""]
    line = min(line, len(lines))
    here = lines[line - 1]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return fault(line, "Indent with spaces, not with tabs.")
    if "mapping values are not allowed" in problem:
        return fault(line, "Put the text in quotation marks: it has a colon followed by a space in it.")
    if "expected key" in problem and not set("\"'[]{}") & set(here):
        return fault(line, "Indent this line like the others of its part: it stands too far left or right.")
    if "expected ',' or" in problem:
        return fault(line, "Close the bracket, or separate what is in it by commas.")
    return fault(line, "Check the indentation, quotation marks and dashes here: this is not YAML.")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _events(text: str) -> Iterator[yaml.Event]:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = _line(event)
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > DEEPEST or count > MOST_PARTS:
            raise FileUnreadable(fault(line, "This goes deeper, or is longer, than any instrument. Check the file."))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileUnreadable(fault(line, "Write this out: & and * are not understood at the beginning of a value."))
        if getattr(event, "tag", None) not in (None, "!"):
            raise FileUnreadable(fault(line, "Put the text in quotation marks: ! is not understood at its beginning."))
        yield event


def _document(events: Iterator[yaml.Event]) -> Node:
    found: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if found is not None:
                raise FileUnreadable(fault(_line(event), "Put one instrument in a file; begin no second."))
            found = _node(next(events), events)
    if found is None:
        raise FileUnreadable(fault(1, "The file is empty. Describe an instrument in it."))
    return found


def _node(event: yaml.Event, events: Iterator[yaml.Event]) -> Node:
    line = _line(event)
    if isinstance(event, yaml.ScalarEvent):
        return Words(event.value, line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(tuple(_until_end(events)), line)
    parts = list(_until_end(events))
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    seen: set[str] = set()
    for key, _ in pairs:
        if not isinstance(key, Words):
            raise FileUnreadable(fault(key.line, "Write a word before the colon."))
        if key.text in seen and key.text == "instrument":
            raise FileUnreadable(
                fault(
                    key.line, "A second instrument begins here. Put one in a file: replace the text, or take this out."
                )
            )
        if key.text in seen:
            raise FileUnreadable(fault(key.line, "“%(name)s” stands here twice. Keep one of the two.", name=key.text))
        seen.add(key.text)
    return Pairs(tuple((key, value) for key, value in pairs if isinstance(key, Words)), line)


def _until_end(events: Iterator[yaml.Event]) -> Iterator[Node]:
    for event in events:
        if isinstance(event, _CLOSING):
            return
        yield _node(event, events)
