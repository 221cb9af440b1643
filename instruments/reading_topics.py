"""From an interviewer's screen to what became of a topic."""

import re
from datetime import datetime

from instruments.fields import (
    NOTHING,
    Circumstances,
    Form,
    Read,
    Reader,
    first,
    notes_field,
    probe_at_field,
    probe_field,
    state_field,
)
from instruments.kinds import STATES, Topic
from instruments.reading_choices import CHOOSE_OFFERED
from instruments.reading_words import cleaned
from instruments.sentences import Problem, Sentence, counted

LONGEST_NOTES = 50_000

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")


def topic_reader(kind: Topic, name: str) -> Reader:
    """Reads state, notes and ticked probes. Notes or ticks without a state mean that the topic was asked."""
    probes = [(probe.id, probe_at_field(name, probe.id)) for probe in kind.probes]
    known = frozenset(probe.id for probe in kind.probes)
    state_name, notes_name, probe_name = state_field(name), notes_field(name), probe_field(name)

    def read(form: Form, _: Circumstances) -> Read:
        state = first(form, state_name)
        notes = cleaned(first(form, notes_name))
        ticked = {probe for probe in form.get(probe_name, ()) if probe}
        if not (state or notes or ticked):
            return NOTHING
        if not ticked <= known:
            return None, (Problem(probe_name, CHOOSE_OFFERED),)
        at = {probe: first(form, field) for probe, field in probes if probe in ticked}
        problem = _wrong(state_name, state, notes_name, notes) or _wrong_time(name, at)
        if problem:
            return None, (problem,)
        return {"state": state or "asked", "notes": notes, "probes": dict(at)}, ()

    return read


def _wrong(state_name: str, state: str, notes_name: str, notes: str) -> Problem | None:
    if state and state not in STATES:
        return Problem(state_name, Sentence("Say whether the topic was asked, skipped or declined."))
    if len(notes) > LONGEST_NOTES:
        return Problem(
            notes_name,
            counted(
                "Shorten the notes by %(count)s character, or carry on in a memo.",
                "Shorten the notes by %(count)s characters, or carry on in a memo.",
                len(notes) - LONGEST_NOTES,
            ),
        )
    return None


def _wrong_time(name: str, at: dict[str, str]) -> Problem | None:
    for probe, moment in at.items():
        if moment and not is_moment(moment):
            return Problem(probe_at_field(name, probe), Sentence("Untick the probe and tick it again."))
    return None


def is_moment(text: str) -> bool:
    """Whether ``text`` is a time in UTC: ``2026-11-23T12:04:05Z``."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
