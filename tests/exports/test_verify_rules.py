"""Each rule broken once, by rows that the product did not write, in a log that is then sequenced and signed properly.

verify_log.py names exactly that entry, and nothing else is wrong.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from exports.evidence import verify_log
from exports.evidence.verify_log import Log
from tests.conftest import NOON
from tests.exports.log_making import entry, lines_of, verify
from tests.exports.log_scenario import Databases, Played, copied, handed_over, played, put_in
from vault import passphrases
from web.team.deeds import DEEDS

LATER = {"hours": 4}  # after everything that happened in the study
STRANGER, RELEASE, VERSION = str(UUID(int=7)), str(UUID(int=8)), str(UUID(int=9))
SOMEBODY = "f" * 64

Case = tuple[str, str, Sequence[dict[str, object]]]  # the rule, what is said, the entries: the last offends

_STAFF = {"lead", "other_lead", "coordinator", "interviewer", "analyst"}


def _released(**deeds: dict[str, object]) -> list[dict[str, object]]:
    """The entries of one release; each deed with what is unusual about it."""
    usual: dict[str, dict[str, object]] = {
        "asked": {"actor": "lead", "cases": 1},
        "approved": {"actor": "other_lead", "asked_by": "lead", "alone": False},
        "built": {"actor": "other_lead"},
        "fetched": {"actor": "lead", "digest": "0"},
    }
    return [
        {"action": f"release.{deed}", "release": RELEASE, "profile": "reading", **usual[deed], **unusual}
        for deed, unusual in deeds.items()
    ]


_JOINED: dict[str, object] = {"action": "member.joined", "actor": "lead", "account": STRANGER, "role": "coordinator"}
_GIVEN: dict[str, object] = {
    "action": "key.granted", "actor": "lead", "account": STRANGER, "scope": "linkage", "epoch": 2, "fingerprint": "x",
}  # fmt: skip
_BEGUN: dict[str, object] = {
    "action": "response.begun", "subject": "wren", "kind": "self", "version": "asked", "approval": "in force",
}  # fmt: skip

_SAVED: dict[str, object] = {"action": "answers.saved", "kind": "self", "version": "asked"}
_YES: dict[str, object] = {"action": "consent.decided", "yes": ["take-part", "quoted"], "no": []}
_NO: dict[str, object] = {"action": "consent.decided", "yes": [], "no": ["take-part"], "document": "", "number": 0}
_APPROVED: dict[str, object] = {
    "action": "approval.recorded", "actor": "lead", "approval": 50, "effective": "2026-10-01", "expires": "2027-12-31",
    "replaces": 0, "site": "", "board": "B", "reference": "R",
}  # fmt: skip

CASES: dict[str, Case] = {
    "a page of somebody who has not agreed": (
        "Nothing was asked or answered", "while there was no consent",
        [_NO | {"subject": "open"}, _SAVED | {"subject": "open"}],
    ),
    "a run of somebody who has not agreed": (
        "Nothing was asked or answered", "no consent", [_BEGUN | {"subject": "silent"}],
    ),
    "a page of somebody who withdrew": (
        "Nothing was asked or answered", "after they had withdrawn",
        [_SAVED | {"subject": "owl"}],
    ),
    "a run that is sent after a withdrawal": (
        "Nothing was asked or answered", "after they had withdrawn",
        [{"action": "response.submitted", "subject": "owl", "kind": "self", "version": "asked"}],
    ),
    "a yes after a withdrawal": (
        "Nothing was asked or answered", "after having withdrawn",
        [_YES | {"subject": "owl", "document": "text", "number": 1}],
    ),
    "an interview that is recorded without a yes to it": (
        "Nothing was asked or answered", "had not agreed to be",
        [
            _NO | {"subject": "wren", "no": ["recorded"]},
            {"action": "interview.started", "actor": "interviewer", "subject": "wren", "recorded": True},
        ],
    ),
    "consent of somebody who was never enrolled": (
        "Nothing was asked or answered", "never enrolled",
        [_NO | {"subject": SOMEBODY}],
    ),
    "a version under an approval that is not there": (
        "No version was in use", "was not in force", [_BEGUN | {"approval": 99}],
    ),
    "a version that was never published": ("No version was in use", "never published", [_BEGUN | {"version": VERSION}]),
    "a version before its approval takes effect": (
        "No version was in use", "was not in force",
        [
            _APPROVED | {"effective": "2027-01-01"},
            _BEGUN | {"approval": 50},
        ],
    ),
    "a version under another approval than its own": (
        "No version was in use", "does not cover",
        [
            _APPROVED,
            _BEGUN | {"approval": 50},
        ],
    ),
    "a page long after the approval has expired": (
        "No version was in use", "no approval of it was in force",
        [_SAVED | {"subject": "open", "days": 400}],
    ),
    "a page of a version that was not begun": (
        "No version was in use", "had not begun",
        [_SAVED | {"subject": "open", "version": VERSION}],
    ),
    "a version that is published without an approval in force": (
        "No version was in use", "was not in force that day",
        [{"action": "instrument.published", "actor": "lead", "instrument": "new", "version": 1, "approval": 99,
          "fingerprint": "f", "id": VERSION, "of": "i"}],
    ),
    "somebody who is enrolled without an approval": (
        "Nobody was enrolled", "was not in force there",
        [{"action": "participant.enrolled", "actor": "coordinator", "subject": SOMEBODY, "approval": 99, "site": "",
          "taken": 1, "most": 0}],
    ),
    "somebody who comes in beyond a limit that nobody has set so high": (
        "Nobody was enrolled", "50 were allowed, which nobody had decided",
        [{"action": "participant.enrolled", "actor": "coordinator", "subject": SOMEBODY, "approval": "in force",
          "site": "", "taken": 41, "most": 50}],
    ),
    "somebody who is one too many": (
        "Nobody was enrolled", "number 41, and 40 were allowed",
        [{"action": "participant.enrolled", "actor": "coordinator", "subject": SOMEBODY, "approval": "in force",
          "site": "", "taken": 41, "most": 40}],
    ),
    "consent to a text that was never published": (
        "Nobody agreed to a text", "never published",
        [_YES | {"subject": "wren", "document": "0" * 64, "number": 9}],
    ),
    "consent to a text whose approval is over": (
        "Nobody agreed to a text", "no approval was in force",
        [_YES | {"subject": "wren", "document": "text", "number": 1, "days": 400}],
    ),
    "a release that was approved by who had asked": (
        "Every release", "the same member who had asked", _released(asked={}, approved={"actor": "lead"}),
    ),
    "a release that was approved alone while there was another lead": (
        "Every release", "not the only lead", _released(asked={}, approved={"actor": "lead", "alone": True}),
    ),
    "a release that says another had asked": (
        "Every release", "it says that", _released(asked={}, approved={"asked_by": "coordinator"}),
    ),
    "a release that was approved by somebody who may not": (
        "Every release", "only a lead may approve", _released(asked={}, approved={"actor": "coordinator"}),
    ),
    "a release that nobody asked for": ("Every release", "nobody had asked", _released(approved={})),
    "a release that was asked for by somebody who may not": (
        "Every release", "may ask for a release", _released(asked={"actor": "coordinator"}),
    ),
    "a release that was built and not approved": (
        "Every release", "nobody had approved", _released(asked={}, built={}),
    ),
    "a release that was fetched and not built": (
        "Every release", "not built and approved", _released(asked={}, approved={}, fetched={}),
    ),
    "a release that was fetched by another": (
        "Every release", "another member than the one who had asked",
        _released(asked={}, approved={}, built={}, fetched={"actor": "other_lead"}),
    ),
    "a name that is read without the key": (
        "Every reader", "key to linkage",
        [{"action": "identity.read", "actor": "analyst", "subject": "wren", "why": "x"}],
    ),
    "a roster that is read by nobody": (
        "Every reader", "key to linkage", [{"action": "roster.read", "why": "release"}],
    ),
    "answers that are read without the key": (
        "Every reader", "key to responses", [{"action": "answers.read", "actor": "coordinator", "why": "asked-matrix"}],
    ),
    "answers that are read by somebody whose role was changed": (
        "Every reader", "key to responses", [{"action": "candidates.read", "actor": "analyst"}],
    ),
    "a name that is read by an interviewer of somebody else": (
        "Every reader", "was not assigned",
        [{"action": "identity.read", "actor": "interviewer", "subject": "silent", "why": "interview"}],
    ),
    "an interview with somebody who was taken from the interviewer": (
        "Every reader", "was not assigned",
        [
            {"action": "participant.unassigned", "actor": "lead", "subject": "wren", "account": "interviewer"},
            {"action": "interview.started", "actor": "interviewer", "subject": "wren", "recorded": False},
        ],
    ),
    "a release that is set going without the keys": (
        "Every reader", "key to linkage",
        [
            {"action": "key.taken", "actor": "lead", "account": "other_lead", "scope": "linkage"},
            {"action": "release.started", "actor": "other_lead", "release": RELEASE, "job": "check"},
        ],
    ),
    "a key that is given by somebody who does not hold it": (
        "Every key", "did not hold it",
        [
            {"action": "key.taken", "actor": "lead", "account": "other_lead", "scope": "linkage"}, _JOINED,
            _GIVEN | {"actor": "other_lead"},
        ],
    ),
    "a key that is given to somebody whose role has it not": (
        "Every key", "does not entitle", [_JOINED | {"role": "auditor"}, _GIVEN],
    ),
    "a key that goes to a stranger when it is changed": (
        "Every key", "who did not hold the former one",
        [{"action": "key.rotated", "actor": "lead", "scope": "audio", "epoch": 2, "holders": ["lead", STRANGER]}],
    ),
    "a key that a lead gives to themselves without cards": (
        "Every key", "no use of the escrow's cards follows",
        [
            {"action": "key.taken", "actor": "lead", "account": "other_lead", "scope": "linkage"},
            _GIVEN | {"actor": "other_lead", "account": "other_lead"},
        ],
    ),
    "a deed of somebody who is no member": (
        "Every deed of the team", "was not a member",
        [{"action": "site.added", "actor": STRANGER, "site": "", "name": "X"}],
    ),
    "a member who is taken in by somebody who is no lead": (
        "Every deed of the team", "only a lead", [_JOINED | {"actor": "coordinator"}],
    ),
    "an erasure that is promised and not done": (
        "Every erasure", "never were",
        [
            {"action": "erasure.promised", "actor": "lead", "subject": "wren", "kind": "erase", "erasure": 70,
             "offends": True},
            {"action": "quota.dropped", "actor": "lead", "part": "{}", "days": 3},
        ],
    ),
    "an erasure that is asked for and not promised": (
        "Every erasure", "never promised", [{"action": "participant.withdrew", "subject": "wren", "way": "erase"}],
    ),
    "keys that are destroyed and nobody had promised it": (
        "Every erasure", "nobody had promised",
        [{"action": "erasure.keys-destroyed", "subject": "wren", "kind": "erase", "erasure": 70}],
    ),
    "a letter to somebody who was erased": (
        "Every erasure", "had been destroyed before",
        [{"action": "letter.sent", "actor": "coordinator", "subject": "lark", "kind": "invitation"}],
    ),
    "a version of which the one before is missing": (
        "Every entry has the form", "number 9, and number 1 should come",
        [{"action": "instrument.published", "actor": "lead", "instrument": "new", "version": 9, "approval": "in force",
          "fingerprint": "f", "id": VERSION, "of": "i"}],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def study(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A study that was run through its verbs, once for all tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrases, "STRETCH", passphrases.FLOOR)
        yield played(sqlite_template, tmp_path_factory.mktemp("played") / "home", now=NOON)


@pytest.fixture(scope="module")
def before(study: Played, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Its log, in which nothing is wrong."""
    folder = tmp_path_factory.mktemp("before")
    with closing(Databases(copied(study.home, folder / "home"))) as place:
        return lines_of(handed_over(place.stores, study.study, folder / "log", study.now) / "entries.jsonl")


def _body(study: Played, told: Mapping[str, object], approval: int) -> bytes:
    """An entry as the product would spell it."""
    facts = dict(told)
    action, actor = str(facts.pop("action")), str(facts.pop("actor", ""))
    subject = study.subjects.get(str(facts.get("subject", "")), str(facts.get("subject", "")))
    for word in ("subject", "offends"):
        facts.pop(word, None)
    at = study.now + timedelta(days=int(str(facts.pop("days", 0))), **LATER)
    known: dict[str, object] = {name: getattr(study, name) for name in _STAFF}
    known |= {"asked": study.version, "text": study.document, "in force": approval}
    # A role is called like somebody of the team.
    facts = {name: value if name == "role" else _known(value, known) for name, value in facts.items()}
    if actor:
        actor = f"staff:{known.get(actor, actor)}"
    elif action.startswith(("erasure.", "roster.")):
        actor = "system"
    else:
        actor = f"participant:{subject}"
    moment = at.strftime("%Y-%m-%dT00:00:00.000Z" if action == "answers.saved" else "%Y-%m-%dT%H:%M:%S.000Z")
    return entry(action, moment, facts, actor=actor, subject=subject, study=str(study.study))


def _known(value: object, known: dict[str, object]) -> object:
    if isinstance(value, list):
        return [known.get(one, one) for one in value]
    return known.get(value, value) if isinstance(value, str) else value


def _approval(bodies: list[bytes]) -> int:
    """The decision under which the study asks."""
    begun = [json.loads(body)["facts"] for body in bodies if b'"response.begun"' in body]
    return int(begun[-1]["approval"])


@pytest.mark.parametrize("case", CASES)
def test_the_entry_that_breaks_a_rule_is_named_and_no_other(
    case: str, study: Played, before: list[bytes], tmp_path: Path
) -> None:
    rule, why, told = CASES[case]
    home = copied(study.home, tmp_path / "home")
    with closing(Databases(home)) as place:
        bodies = [_body(study, one, _approval(before)) for one in told]
        put_in(home, bodies)
        folder = handed_over(place.stores, study.study, tmp_path / "after", study.now)
    found = verify(folder)
    assert found.code == 1, found.said
    (wrong,) = found.wrong
    assert wrong.startswith(f"WRONG   {rule}"), found.said
    assert "BROKEN by 1." in wrong
    offender = len(before) + next((at for at, one in enumerate(told) if "offends" in one), len(told) - 1)
    assert re.search(rf"First: entry {offender:,}, 202\d-\d\d-\d\d [\d:]+ UTC, .+ \([a-z.-]+\): ", wrong), wrong
    assert why in wrong


def test_every_deed_that_the_log_has_words_for_is_under_a_rule_or_was_looked_at_and_needs_none() -> None:
    """Whoever adds a deed says in verify_log.py whether a rule has to know of it: a handler, or its name in NO_RULE."""
    ruled = {action for rule in Log([], []).rules for action in rule.deeds}
    assert set(DEEDS) - ruled - verify_log.NO_RULE == set()


def test_a_log_without_its_beginning_is_named(study: Played, tmp_path: Path) -> None:
    with closing(Databases(copied(study.home, tmp_path / "home"))) as place:
        folder = handed_over(place.stores, study.study, tmp_path / "log", study.now)
    rest = lines_of(folder / "entries.jsonl")[1:]
    (folder / "entries.jsonl").write_bytes(b"".join(body + b"\n" for body in rest))
    said = verify(folder).said
    assert "the log of a study begins with its founding, and this one does not." in said


@pytest.mark.parametrize("line", [b"{}", b"", b"no JSON", b'{"action": "a.b"}', b"\xff\xfe"])
def test_a_line_that_the_product_cannot_have_written_is_named(line: bytes, study: Played, tmp_path: Path) -> None:
    with closing(Databases(copied(study.home, tmp_path / "home"))) as place:
        folder = handed_over(place.stores, study.study, tmp_path / "log", study.now)
    bodies = lines_of(folder / "entries.jsonl")
    with (folder / "entries.jsonl").open("ab") as out:
        out.write(line + b"\n")
    found = verify(folder)
    assert found.code == 1
    assert any(f"First: entry {len(bodies)}, " in wrong for wrong in found.wrong), found.said


def test_an_entry_of_another_study_is_named(study: Played, tmp_path: Path) -> None:
    home = copied(study.home, tmp_path / "home")
    other = entry("site.added", "2026-11-23T18:00:00.000Z", actor="operator", study=str(uuid4()), name="X")
    with closing(Databases(home)) as place:
        put_in(home, [other])
        # The row says that it is this study's, its body says otherwise.
        before = handed_over(place.stores, study.study, tmp_path / "before", study.now)
        assert verify(before).code == 0
        put_in(home, [other], of=study.study)
        found = verify(handed_over(place.stores, study.study, tmp_path / "after", study.now))
    assert any("it is an entry of another study." in wrong for wrong in found.wrong), found.said


def test_what_is_no_offence_is_a_note(study: Played, tmp_path: Path) -> None:
    home = copied(study.home, tmp_path / "home")
    deposited = {"action": "response.submitted", "actor": "interviewer", "subject": "owl", "kind": "interview",
                 "version": "asked"}  # fmt: skip
    with closing(Databases(home)) as place:
        put_in(home, [
            _body(study, deposited, 1),
            _body(study, {"action": "study.sang", "actor": "lead"}, 1),
            entry("site.added", "2026-11-01T10:00:00.000Z", actor="operator", study=str(study.study), name="X"),
        ])  # fmt: skip
        found = verify(handed_over(place.stores, study.study, tmp_path / "log", study.now))
    assert (found.code, found.wrong) == (0, []), found.said
    assert "an interview was deposited after the participant had withdrawn" in found.said
    assert "There is no rule in this file about 1 entries: study.sang." in found.said
    assert "The clock goes back 1 times" in found.said
