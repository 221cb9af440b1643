"""How people come in: typed, by a sheet, by a link, named by others; and what their letters hold."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey import (
    assignments,
    frames,
    invitations,
    letters,
    links,
    nominations,
    participants,
    progress,
    recruitment,
    sheets,
    statuses,
    withdrawals,
)
from survey.assignments import NotAssigned
from survey.letters import Letter, LetterState
from survey.links import LinkClosed
from survey.participants import Participant
from survey.recruitment import NoSuchInterviewer, NotImported
from survey.sampling import fill
from survey.sheets import Entry
from survey.statuses import HasWithdrawn, Status
from tests.survey.field import Field
from vault import identities, ledger, participant_keys
from vault.errors import CannotOpen, Conflict, Invalid, Missing
from vault.identities import Identity, Reader
from vault.store import Work
from vault.studies import Scope


@pytest.fixture
def work(quick: Work) -> Work:
    """Nothing here depends on the database, besides what test_stores.py looks at."""
    return quick


def wren(**more: object) -> Entry:
    return replace(Entry(0, "Ann Wren", "wren@example.org", "+1 403 555 0101"), **more)  # type: ignore[arg-type]


def enrolled(work: Work, field: Field, now: datetime, entry: Entry | None = None) -> recruitment.Welcome:
    return recruitment.enrol_one(work.db, work.keyring, field.study.id, entry or wren(), by=field.actor, now=now)


def test_whoever_is_enrolled_is_identified_named_under_seal_and_has_a_letter_held(
    work: Work, field: Field, now: datetime
) -> None:
    made = enrolled(work, field, now, wren(site_id=field.site_id, stratum_id=field.strata[0].id))
    who = made.participant
    assert (who.site_id, who.stratum_id) == (field.site_id, field.strata[0].id)
    assert statuses.current(work.db, who.id) is Status.IDENTIFIED
    read = identities.read(work.db, work.keyring, field.study.id, who.id, field.reader, why="test", now=now)
    assert read == Identity("Ann Wren", "wren@example.org", "+1 403 555 0101")
    (letter,) = letters.in_state(work.db, field.study.id, LetterState.HELD)
    for secret in ("Wren", "wren@", made.code.text, made.code.secret, made.code.locator):
        assert secret.encode() not in letter.blob
    key = made_key(work, field, who, Scope.LINKAGE)
    assert letters.contents_of(letter, key).code == made.code.text


def made_key(work: Work, field: Field, who: Participant, scope: Scope) -> bytes:
    return participant_keys.open_for_member(
        work.db, work.keyring, field.study.id, who.id, scope, account_id=field.lead.id, seed=field.lead.seed
    )


def test_a_sheet_is_imported_whole(work: Work, field: Field, now: datetime) -> None:
    text = "Name;E-mail;Site;University;Gender;Interviewer\n"
    text += "Wren;wren@example.org;Calgary;Calgary;woman;ian@example.org\nOwl;owl@example.org;Alberta;Alberta;man;\n"
    sheet = sheets.read(text.encode())
    known = recruitment.known(work.db, field.study.id)
    entries, wrong = sheets.entries(sheet, sheets.guess(sheet.headers, known.strata), known)
    assert wrong == ()
    made = recruitment.enrol_many(
        work.db, work.keyring, field.study.id, entries, by=field.actor, now=now, reader=field.reader
    )
    assert [one.identity.name for one in made] == ["Wren", "Owl"]
    assert len({one.code.text for one in made}) == 2
    ians = assignments.of_interviewer(work.db, work.keyring, field.study.id, field.interviewer.account)
    assert ians == [made[0].participant]
    again = recruitment.duplicates(work.db, work.keyring, field.study.id, entries[:1], field.reader, now=now)
    assert [(one.row, "in the study already" in str(one.sentence)) for one in again] == [(2, True)]
    before = len(participants.of_study(work.db, field.study.id))
    with pytest.raises(NotImported):
        recruitment.enrol_many(
            work.db, work.keyring, field.study.id, [*entries[1:], wren(email="new@example.org")], by=field.actor,
            now=now, reader=field.reader,
        )  # fmt: skip
    assert len(participants.of_study(work.db, field.study.id)) == before


def test_who_lacks_the_linkage_key_cannot_ask_whether_somebody_is_in_the_study(
    work: Work, field: Field, now: datetime
) -> None:
    anna = Reader(field.analyst.id, field.analyst.seed)
    with pytest.raises(CannotOpen):
        recruitment.duplicates(work.db, work.keyring, field.study.id, [wren()], anna, now=now)


def test_people_are_assigned_only_to_interviewers_and_placed_only_in_their_own_study(
    work: Work, field: Field, now: datetime
) -> None:
    with pytest.raises(NoSuchInterviewer):
        enrolled(work, field, now, wren(interviewer=field.analyst.id))
    with pytest.raises(Missing):
        enrolled(work, field, now, wren(stratum_id=field.site_id))
    with pytest.raises(Missing):
        enrolled(work, field, now, wren(site_id=field.strata[0].id))
    with pytest.raises(Invalid, match="name@example"):
        recruitment.entry_of(Identity(name="Wren", email="wren"))
    with pytest.raises(Invalid, match="Give a name"):
        recruitment.entry_of(Identity(address="Somewhere"))


def test_a_lead_assigns_an_interviewer_who_opens_this_participant_and_nobody_else(
    work: Work, field: Field, now: datetime
) -> None:
    first, second = (enrolled(work, field, now).participant for _ in range(2))
    ian, ada = field.interviewer, field.lead
    with pytest.raises(CannotOpen):
        assignments.assign(
            work.db, work.keyring, first, ian.account, by=field.coordinator.id, seed=field.coordinator.seed, now=now
        )
    assignments.assign(work.db, work.keyring, first, ian.account, by=ada.id, seed=ada.seed, now=now)
    for scope in Scope:
        key = assignments.key_of(work.keyring, first, scope, account=ian.account, seed=ian.seed)
        assert key == made_key(work, field, first, scope)
    with pytest.raises(NotAssigned):
        assignments.key_of(work.keyring, second, Scope.RESPONSES, account=ian.account, seed=ian.seed)
    assert assignments.interviewers(work.keyring, field.study.id) == {first.id: {ian.id}}
    assignments.unassign(work.db, work.keyring, first, ian.id, by=ada.id, now=now)
    assert not assignments.is_assigned(work.keyring, first, ian.account)
    assert not assignments.of_interviewer(work.db, work.keyring, field.study.id, ian.account)


def test_letters_go_out_while_a_coordinator_is_there_and_the_code_is_gone_with_them(
    work: Work, field: Field, now: datetime
) -> None:
    made = enrolled(work, field, now)
    study = field.study.id

    def out(state: LetterState, reader: Reader) -> list[invitations.Ready]:
        return list(invitations.outgoing(work.db, work.keyring, study, reader, now=now, state=state))

    assert out(LetterState.WAITING, field.reader) == []
    cora = field.coordinator.id
    assert invitations.invite(work.db, work.keyring, study, [made.participant.id], account_id=cora, now=now) == 1
    assert statuses.current(work.db, made.participant.id) is Status.APPROACHED
    with pytest.raises(CannotOpen):
        out(LetterState.WAITING, Reader(field.analyst.id, field.analyst.seed))
    (ready,) = out(LetterState.WAITING, field.reader)
    assert (ready.to, ready.contents.code, ready.pseudonym) == (
        "wren@example.org", made.code.text, made.participant.pseudonym,
    )  # fmt: skip
    assert made.code.text not in repr(ready)
    assert "wren" not in repr(ready)
    invitations.failed(work.db, ready.letter, now=now)
    assert ready.letter.state is LetterState.WAITING
    invitations.sent(work.db, work.keyring, ready.letter, account_id=cora, now=now)
    assert (ready.letter.state, ready.letter.blob) == (LetterState.SENT, b"")
    assert statuses.current(work.db, made.participant.id) is Status.INVITED
    assert out(LetterState.WAITING, field.reader) == []


def test_a_letter_that_cannot_be_handed_over_is_tried_some_times_and_then_named(
    work: Work, field: Field, now: datetime
) -> None:
    made = enrolled(work, field, now)
    letter = work.db.scalars(select(Letter).where(Letter.participant_id == made.participant.id)).one()
    for _ in range(letters.MOST_TRIES):
        invitations.failed(work.db, letter, now=now)
    assert (letter.state, letter.blob) == (LetterState.FAILED, b"")
    assert letters.counts(work.db, field.study.id)[LetterState.FAILED] == 1


def test_a_new_code_opens_and_every_former_one_and_its_letter_are_gone(work: Work, field: Field, now: datetime) -> None:
    made = enrolled(work, field, now)
    who = made.participant
    keys = assignments.keys_of(
        work.db, work.keyring, who, account_id=field.coordinator.id, seed=field.coordinator.seed
    )  # fmt: skip
    assert set(keys) == {Scope.LINKAGE}
    with pytest.raises(CannotOpen):
        invitations.renew(work.db, work.keyring, who, keys, by=field.coordinator.id, now=now)
    keys = assignments.keys_of(work.db, work.keyring, who, account_id=field.lead.id, seed=field.lead.seed)
    code = invitations.renew(work.db, work.keyring, who, keys, by=field.lead.id, now=now, mail=True)
    work.commit()
    assert letters.counts(work.db, field.study.id)[LetterState.DROPPED] == 1
    (letter,) = letters.in_state(work.db, field.study.id, LetterState.HELD)
    assert letters.contents_of(letter, keys[Scope.LINKAGE]).code == code.text
    assert participant_keys.enter(work.keyring, code).keys == {
        scope: keys[scope] for scope in (Scope.RESPONSES, Scope.LINKAGE)
    }
    with pytest.raises(CannotOpen):
        participant_keys.enter(work.keyring, made.code)


def test_a_link_lets_so_many_in_from_a_day_to_a_day_and_refuses_the_next(
    work: Work, field: Field, now: datetime
) -> None:
    today = now.date()
    link = links.make(
        work.db, field.study.id, " Mentors-2026 ", opens_on=today, closes_on=today + timedelta(days=1), most=2,
        stratum_id=field.strata[1].id, site_id=field.site_id, by=field.lead.id, now=now,
    )  # fmt: skip
    assert links.find(work.db, "MENTORS-2026") is link
    with pytest.raises(LinkClosed):
        links.enrol(work.db, work.keyring, link, now=now - timedelta(days=1))
    with pytest.raises(LinkClosed):
        links.enrol(work.db, work.keyring, link, now=now + timedelta(days=2))
    made = [links.enrol(work.db, work.keyring, link, now=now) for _ in range(2)]
    assert {(one.participant.site_id, one.participant.stratum_id) for one in made} == {
        (field.site_id, field.strata[1].id)
    }
    assert statuses.current(work.db, made[0].participant.id) is Status.INVITED
    with pytest.raises(LinkClosed):
        links.enrol(work.db, work.keyring, link, now=now)
    with pytest.raises(Missing):
        links.find(work.db, "elsewhere")


def test_a_stopped_link_and_a_closed_study_let_nobody_in(work: Work, field: Field, now: datetime) -> None:
    link = links.make(work.db, field.study.id, "", opens_on=now.date(), by=field.lead.id, now=now)
    links.require_open(work.db, link, on=now.date())
    field.study.closed_at = now
    work.db.flush()
    with pytest.raises(LinkClosed):
        links.require_open(work.db, link, on=now.date())
    field.study.closed_at = None
    links.stop(work.db, link, by=field.lead.id, now=now)
    with pytest.raises(LinkClosed):
        links.enrol(work.db, work.keyring, link, now=now)


@pytest.mark.parametrize("word", ["ab", "with space", "é-tude", "a" * 41, "-ab-"])
def test_the_word_of_a_link_is_one_that_can_be_said_on_the_telephone(
    work: Work, field: Field, now: datetime, word: str
) -> None:
    with pytest.raises(Invalid):
        links.make(work.db, field.study.id, word, opens_on=now.date(), by=field.lead.id, now=now)


def test_a_word_is_taken_once_and_dates_stand_in_order(work: Work, field: Field, now: datetime) -> None:
    day = now.date()
    links.make(work.db, field.study.id, "mentors", opens_on=day, by=field.lead.id, now=now)
    with pytest.raises(Conflict):
        links.make(work.db, field.study.id, "Mentors", opens_on=day, by=field.lead.id, now=now)
    with pytest.raises(Invalid):
        links.make(
            work.db, field.study.id, "other", opens_on=day, closes_on=day - timedelta(days=1), by=field.lead.id, now=now
        )
    with pytest.raises(Invalid):
        links.make(work.db, field.study.id, "other", opens_on=day, most=0, by=field.lead.id, now=now)


def test_who_named_whom_is_seen_by_holders_of_linkage_only_and_not_by_the_log(
    work: Work, field: Field, now: datetime
) -> None:
    nominator = enrolled(work, field, now).participant
    identity = Identity("Prof. Heron", "heron@example.org")
    by_herself = nominations.nominate(work.db, work.keyring, nominator, identity, now=now, relation="my mentor")
    by_ian = nominations.nominate(
        work.db, work.keyring, nominator, identity, now=now, by=field.interviewer.id, stratum_id=field.strata[3].id
    )
    assert statuses.current(work.db, by_herself.id) is Status.IDENTIFIED
    named = nominations.of_study(work.db, work.keyring, field.study.id, field.reader, now=now)
    assert [(one.nominee_id, one.nominator_id, one.relation) for one in named] == [
        (by_herself.id, nominator.id, "my mentor"),
        (by_ian.id, nominator.id, ""),
    ]
    assert str(nominator.id) not in repr(named)
    with pytest.raises(CannotOpen):
        nominations.of_study(
            work.db, work.keyring, field.study.id, Reader(field.analyst.id, field.analyst.seed), now=now
        )
    commitment = participant_keys.commitment(work.keyring, nominator.id)
    lines = [line for line in ledger.of_study(work.db, field.study.id) if commitment in str(line)]
    assert {line["action"] for line in lines} == {"participant.enrolled"}
    for row in work.db.scalars(select(nominations.Nomination)):
        assert str(nominator.id).encode() not in row.blob


def test_somebody_who_is_named_twice_is_found_by_address_or_name_and_becomes_one_participant(
    work: Work, field: Field, now: datetime, tmp_path: Path
) -> None:
    study, rings, db = field.study.id, work.keyring, work.db
    jay = enrolled(work, field, now).participant
    kim = enrolled(work, field, now, Entry(0, "Kim Lark", "kim@example.org")).participant
    rene = enrolled(work, field, now, Entry(0, "René Durand", "rene@example.org")).participant
    first = nominations.nominate(db, rings, jay, Identity("Prof. Heron", "heron@example.org"), now=now, relation="a")
    again = nominations.nominate(
        db, rings, kim, Identity("P. Heron", " HERON@example.org ", "+1 403 555 0199"), now=now, relation="b"
    )
    known = nominations.nominate(db, rings, kim, Identity("DURAND, Rene", telephone="5550123"), now=now, relation="c")
    nominations.nominate(db, rings, jay, Identity("Somebody Else"), now=now)

    def named() -> set[tuple[object, object, str]]:
        found = nominations.of_study(db, rings, study, field.reader, now=now)
        return {(one.nominee_id, one.nominator_id, one.relation) for one in found if one.relation}

    order = [one.nominee_id for one in nominations.of_study(db, rings, study, field.reader, now=now)]
    assert nominations.alike(db, rings, study, order, field.reader, now=now) == {
        again.id: (nominations.Alike(first.id, by_email=True, named=True),),
        known.id: (nominations.Alike(rene.id, by_email=False, named=False),),
    }
    reader = Reader(field.analyst.id, field.analyst.seed)
    with pytest.raises(CannotOpen):
        nominations.alike(db, rings, study, order, reader, now=now)
    with pytest.raises(CannotOpen):
        nominations.link(db, rings, again, first, reader, now=now)
    with pytest.raises(Missing):
        nominations.link(db, rings, jay, kim, field.reader, now=now)

    nominations.link(db, rings, again, first, field.reader, now=now)
    nominations.link(db, rings, known, rene, field.reader, now=now)
    work.carry_out(withdrawals.carry_out(db, rings, tmp_path, now=now))
    assert named() == {(first.id, jay.id, "a"), (first.id, kim.id, "b"), (rene.id, kim.id, "c")}
    assert nominations.alike(db, rings, study, [*order, first.id], field.reader, now=now) == {}
    identity = identities.read(db, rings, study, first.id, field.reader, why="test", now=now)
    assert identity == Identity("Prof. Heron", "heron@example.org", "+1 403 555 0199")
    with pytest.raises(CannotOpen):
        identities.read(db, rings, study, again.id, field.reader, why="test", now=now)
    there = {one.id for one in participants.of_study(db, study)}
    assert {first.id, rene.id} <= there
    assert not {again.id, known.id} & there
    assert progress.overview(db, study, exact=True).everybody == len(there)
    assert {letter.participant_id for letter in letters.in_state(db, study, LetterState.HELD)} == there
    assert [line["action"] for line in ledger.of_study(db, study)].count("nomination.linked") == 2


def test_whoever_was_approached_is_not_made_somebody_else(work: Work, field: Field, now: datetime) -> None:
    jay = enrolled(work, field, now).participant
    ones = [nominations.nominate(work.db, work.keyring, jay, Identity("Prof. Heron"), now=now) for _ in range(2)]
    statuses.record(work.db, field.study.id, ones[1].id, Status.APPROACHED, now=now)
    with pytest.raises(nominations.UnderWay):
        nominations.link(work.db, work.keyring, ones[1], ones[0], field.reader, now=now)
    # The other way round nobody has heard from the study yet.
    found = nominations.alike(work.db, work.keyring, field.study.id, [one.id for one in ones], field.reader, now=now)
    assert found == {ones[0].id: (nominations.Alike(ones[1].id, by_email=False, named=False),)}


def test_the_last_event_by_number_is_the_status_whatever_the_clock_says(
    work: Work, field: Field, now: datetime
) -> None:
    who, cora = enrolled(work, field, now).participant, field.coordinator.id
    study = field.study.id
    statuses.record_by_hand(work.db, study, who.id, Status.APPROACHED, account_id=cora, now=now + timedelta(days=9))
    statuses.record_by_hand(work.db, study, who.id, Status.NO_REPLY, account_id=cora, now=now)
    assert not statuses.record(work.db, study, who.id, Status.NO_REPLY, now=now)
    assert statuses.of_study(work.db, study) == {who.id: Status.NO_REPLY}
    assert [status for _, status in statuses.history(work.db, who.id)] == [
        Status.IDENTIFIED, Status.APPROACHED, Status.NO_REPLY,
    ]  # fmt: skip
    for status in (Status.CONSENTED, Status.INTERVIEWED, Status.WITHDRAWN, Status.IDENTIFIED):
        with pytest.raises(Invalid):
            statuses.record_by_hand(work.db, study, who.id, status, account_id=cora, now=now)
    assert statuses.advance(work.db, study, who.id, Status.INTERVIEWED, now=now)
    assert not statuses.advance(work.db, study, who.id, Status.CONSENTED, now=now)
    statuses.record(work.db, study, who.id, Status.WITHDRAWN, now=now)
    with pytest.raises(HasWithdrawn):
        statuses.record_by_hand(work.db, study, who.id, Status.INVITED, account_id=cora, now=now)


def test_quotas_are_kept_and_filled_from_who_stands_where(work: Work, field: Field, now: datetime) -> None:
    ada, study = field.lead.id, field.study.id
    frames.set_quota(work.db, study, {"gender": "woman"}, 10, by=ada, now=now)
    frames.set_quota(work.db, study, {"gender": "woman", "university": "Calgary"}, 6, by=ada, now=now)
    frames.set_quota(work.db, study, {"university": "Calgary", "gender": "woman"}, 5, by=ada, now=now)
    frames.set_quota(work.db, study, {}, 28, by=ada, now=now)
    with pytest.raises(Invalid):
        frames.set_quota(work.db, study, {"gender": "none"}, 1, by=ada, now=now)
    quotas = frames.quotas(work.db, study)
    assert [(one.name, one.target) for one in quotas] == [("", 28), ("woman", 10), ("Calgary · woman", 5)]
    assert [one.taken for one in fill(quotas, field.strata, {field.strata[0].id: 3, None: 1})] == [4, 3, 3]
    frames.drop_quota(work.db, study, quotas[0].id, by=ada, now=now)
    assert len(frames.quotas(work.db, study)) == 2
    assert frames.add_cells(
        work.db, study, {"university": ("Calgary", "Alberta", "Ottawa"), "gender": ("woman", "man")}, by=ada, now=now
    ) == 2  # fmt: skip
    with pytest.raises(Invalid):
        frames.add_cells(work.db, study, {"rank": ("early", "mid")}, by=ada, now=now)


def test_a_participant_can_be_placed_elsewhere(work: Work, field: Field, now: datetime) -> None:
    who = enrolled(work, field, now).participant
    participants.place(
        work.db, work.keyring, who, site_id=field.other_site_id, stratum_id=field.strata[2].id, by=field.actor, now=now
    )
    found = participants.by_pseudonym(work.db, field.study.id, f" {who.pseudonym.lower()} ")
    assert (found.site_id, found.stratum_id) == (field.other_site_id, field.strata[2].id)
    with pytest.raises(Missing):
        participants.by_pseudonym(work.db, field.study.id, "P-????")
    assert work.db.scalar(select(func.count()).select_from(Participant)) == 1
    assert found.enrolled_on == date(2026, 11, 23)
