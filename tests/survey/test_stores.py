"""What of recruitment depends on the database: looked at on both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from survey import invitations, letters, links, recruitment, statuses
from survey.letters import LetterState
from survey.links import LinkClosed
from survey.sheets import Entry
from survey.statuses import Status
from tests.survey.field import Field, field_of
from vault.errors import Conflict
from vault.store import Stores, Work


def test_of_two_who_come_for_the_last_place_one_is_told_that_there_is_none(stores: Stores, now: datetime) -> None:
    """ASVS 15.4.2."""
    with stores.work() as work:
        field = field_of(work, now=now)
        links.make(work.db, field.study.id, "mentors", opens_on=now.date(), most=2, by=field.lead.id, now=now)
        work.commit()

    def come(_: int) -> bool:
        with stores.work() as own:
            try:
                links.enrol(own.db, own.keyring, links.find(own.db, "mentors"), now=now, typed=False)
                own.commit()
            except (LinkClosed, Conflict):
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(come, range(6))) == [False] * 4 + [True] * 2
    with stores.work() as work:
        assert links.find(work.db, "mentors").used == 2


def test_a_sheet_letters_and_steps_on_both_databases(work: Work, field: Field, now: datetime) -> None:
    entries = [
        Entry(2, "Wren", "wren@example.org", site_id=field.site_id, stratum_id=field.strata[0].id),
        Entry(3, "Owl", "owl@example.org", interviewer=field.interviewer.id),
    ]
    study, cora = field.study.id, field.coordinator.id
    made = recruitment.enrol_many(
        work.db, work.keyring, study, entries, by=field.actor, now=now, reader=field.reader
    )  # fmt: skip
    first = made[0].participant
    work.commit()
    assert invitations.invite(work.db, work.keyring, study, [first.id], account_id=cora, now=now) == 1
    assert letters.counts(work.db, study) == {
        LetterState.HELD: 1, LetterState.WAITING: 1, LetterState.SENT: 0, LetterState.FAILED: 0, LetterState.DROPPED: 0,
    }  # fmt: skip
    (ready,) = invitations.outgoing(work.db, work.keyring, study, field.reader, now=now, state=LetterState.WAITING)
    invitations.sent(work.db, work.keyring, ready.letter, account_id=cora, now=now)
    work.commit()
    assert statuses.of_study(work.db, study) == {first.id: Status.INVITED, made[1].participant.id: Status.IDENTIFIED}
    again = recruitment.duplicates(work.db, work.keyring, study, entries, field.reader, now=now)
    assert [problem.row for problem in again] == [2, 3]
