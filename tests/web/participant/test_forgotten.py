"""Attack 15 by the participant's own button: no byte anywhere opens what they said or who they are (ASVS 14.2.7)."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from instruments import shelf
from survey import assignments, interviews, participants, persons, responses, runs
from survey.interviews import Interview
from survey.runs import Kind
from tests.vault import disk
from tests.vault.erasing import everywhere, yesterday
from tests.web.participant.conftest import decide
from tests.web.participant.test_answering import SOUND, form_of
from tests.web.scenario import Scenario, Someone, field, kept
from tests.web.visitors import House, Visitor
from vault import keyring, participant_keys
from vault.codes import TypedCode
from vault.errors import CannotOpen
from vault.keyring import Salt, Wrap
from vault.store import Stores, Work
from vault.studies import Role, Scope

__all__ = ["everywhere", "field", "kept", "yesterday"]

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@dataclass
class Told:
    """Somebody who signed, answered a page, typed on another, and was interviewed; and what they said."""

    someone: Someone
    browser: Visitor
    interview: Interview
    said: dict[str, str]


def _told(house: House, field: Scenario, name: str) -> Told:
    said: dict[str, str] = {
        "name": f"{name} Marlowe-Okonkwo", "e-mail": f"{name}.marlowe@private.example",
        "telephone": f"+43 660 55512{len(name)}", "memo": f"{name} laughed twice", "theme": f"dreams of {name}",
        "signature": f"signed {name} Marlowe", "answer": f"{name} says the mentor never wrote",
        "draft": f"{name} begins to say that", "note": f"{name} spoke about the staircase",
        "candidate": f"What did {name} dream of?",
    }  # fmt: skip
    someone = field.enrol(said["name"], said["e-mail"], telephone=said["telephone"], assigned=True)
    browser = house.visitor()
    letter = browser.get("/p").form().fill(code=someone.code).submit()
    page = decide(letter, name=said["signature"]).form("/p/begin").submit()
    typed = {**SOUND, "university": "other", "university.words.other": said["answer"]}
    page = form_of(page).fill(**typed).submit(then="next")
    last = page.path[:-1] + "3"
    page = form_of(page).fill(has_mentor="no").submit(then="next")
    browser.post(f"{last}/draft", form_of(page).fill(comment=said["draft"]).values)
    caller = field.browser(house, Role.INTERVIEWER)
    interview = field.start(someone)
    here = f"{field.at}/interviews/{someone.pseudonym}/{interview.response_id}"
    fields = {"start.notes": said["note"], "memo": said["memo"], "candidate.c1.words": said["candidate"]}
    more = [("holds", "start"), ("candidate", "c1"), ("candidate.c1.theme", said["theme"]), ("tab", "t")]
    assert caller.send(f"{here}/note", [*more, *fields.items()]).status == 200
    return Told(someone, browser, interview, said | {"code": someone.code})


def _opened(stores: Stores, field: Scenario, told: Told) -> set[str]:
    """What anybody can still open with everything they hold, whatever page asks for it."""
    found: set[str] = set()
    with stores.work() as work:
        for opens in (_by_keys, _by_the_interviewer, _by_code, _by_name):
            found |= opens(work, field, told)
    return found


def _by_keys(work: Work, field: Scenario, told: Told) -> set[str]:
    found = set()
    for scope, role in product(Scope, Role):
        who, place = field.people[role], (field.study.id, told.someone.participant.id, scope)
        with suppress(CannotOpen):
            participant_keys.open_for_member(work.db, work.keyring, *place, account_id=who.id, seed=who.seed)
            found.add(f"{scope} of {role}")
    return found


def _by_the_interviewer(work: Work, field: Scenario, told: Told) -> set[str]:
    one, who = told.someone.participant, field.interviewer
    with suppress(CannotOpen, assignments.NotAssigned):
        key = assignments.key_of(work.keyring, one, Scope.RESPONSES, account=who.account, seed=who.seed)
        _, response = interviews.find(work.db, one.id, told.interview.response_id)
        record = interviews.read(work.db, key, response)
        assert told.said["note"] in str(record.topics["start"])
        assert record.memo == told.said["memo"]
        return {"interview"}
    return set()


def _by_code(work: Work, field: Scenario, told: Told) -> set[str]:
    with suppress(CannotOpen):
        entered = participant_keys.enter(work.keyring, TypedCode.parse(told.someone.code))
        (run,) = [one for one in runs.of_participant(work.db, entered.participant_id) if one.kind is Kind.SELF]
        answers = responses.load(work.db, entered.keys[Scope.RESPONSES], run).answers
        assert told.said["answer"] in str(answers["university"])
        return {"answers"}
    return set()


def _by_name(work: Work, field: Scenario, told: Told) -> set[str]:
    here = participants.find(work.db, field.study.id, told.someone.participant.id)
    reader = persons.reader(field.lead.id, field.lead.seed)
    with suppress(CannotOpen):
        known = persons.who(work.db, work.keyring, here, reader, now=field.now)
        return {"name"} if known is not None and known.name == told.said["name"] else set()
    return set()


def _kept_of(stores: Stores, told: Told) -> list[bytes]:
    """All that the keyring holds of them."""
    who = told.someone.participant.id
    with stores.work(reading=True) as work:
        wraps = work.keyring.scalars(select(Wrap.blob).where(Wrap.participant_id == who))
        return [*wraps, *work.keyring.scalars(select(Salt.salt).where(Salt.participant_id == who))]


def test_after_the_button_no_byte_on_any_disk_opens_what_was_said_and_yesterdays_backup_reads_everybody_else(
    house: House, field: Scenario, everywhere: list[Path], yesterday: Callable[[], Callable[[], Stores]]
) -> None:
    """ASVS 14.2.7: survey, draft, consent, interview, candidate, name; databases, logs, the keyring and its backups."""
    begun = time.time() - 2
    field.publish_guide(shelf.load(shelf.SHORT_SURVEY))
    wren, jay = _told(house, field, "Wren"), _told(house, field, "Jay")
    everything = _opened(field.stores, field, jay)
    assert _opened(field.stores, field, wren) == everything >= {"interview", "answers", "name"}
    theirs, others = _kept_of(field.stores, wren), _kept_of(field.stores, jay)
    keyring.back_up(field.stores.keyring, house.settings.backups, now=field.now)
    assert disk.remnants(theirs, *everywhere, since=begun) == len(theirs), "or the scan would prove nothing"
    for stores in (field.stores, house.app.extensions["verbatim"].stores):
        stores.dispose()
    restore = yesterday()

    receipt = wren.browser.get("/p/leave/erase").form("erase").submit()

    assert "are destroyed" in receipt.words()
    assert disk.remnants(theirs, *everywhere, since=begun) == 0
    assert disk.remnants(others, house.settings.home) > len(others) / 2
    assert len(list(house.settings.backups.iterdir())) == 1
    secrets = {f"{who.someone.name}: {name}": said for who in (wren, jay) for name, said in who.said.items()}
    assert disk.leaks(secrets, *everywhere, since=begun) == set()
    assert _opened(field.stores, field, wren) == set()
    assert _opened(field.stores, field, jay) == everything
    lead = field.browser(house, Role.LEAD)
    for path in ("candidates", "nominations", f"participants/{wren.someone.pseudonym}", "asked", "withdrawals", "log"):
        shown = lead.get(f"{field.at}/{path}")
        assert shown.status == 200
        assert [said for said in wren.said.values() if said in shown.text] == []
    assert jay.said["candidate"] in lead.get(f"{field.at}/candidates").text

    restored = restore()
    try:
        assert _opened(restored, field, wren) == set()
        assert _opened(restored, field, jay) == everything
    finally:
        restored.dispose()
