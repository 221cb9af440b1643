"""The worker: what it is lent, what it refuses, and that a job that dies is seen and can be started again."""

import base64
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from exports import asking, attempts, building, deciding, fetching, jobs, passing, releases, unlocked
from exports.attempts import Overtaken
from exports.jobs import NoWorker, ReleaseWorker
from exports.releases import Doing, Job, NotNow, Release, ReleasePiece, State
from exports.unlocked import Unlocked
from exports.worker import Worker
from survey import participants, withdrawals
from survey.withdrawals import Way
from tests.exports.setting import Setting, add, approved, asked, done, fetched, interview, setting_of, texts
from tests.vault.disk import leaks
from tests.vault.people import Person
from vault import accounts, ledger, studies
from vault.errors import CannotOpen
from vault.pieces import LARGEST
from vault.sealing import new_key
from vault.settings import Settings, server_key
from vault.store import Stores
from vault.wraps import KeyPair

SAID = "said between the two of us about the dean"


def crowd(at: Setting) -> None:
    with at.stores.work() as work:
        for number, name in enumerate(("Wren Marlowe", "Robin Ashdown", "Jay Hollis")):
            who = add(work, at, name, f"{SAID} {number}")
            interview(work, at, who, f"noted of {name}: {SAID}", "And then?", "a memo nobody may find")
        work.commit()


def begun(at: Setting, settings: Settings, release: Release, job: Job, by: Person) -> None:
    with at.stores.work() as work:
        fresh = releases.find(work.db, at.study_id, release.id)
        work.carry_out(
            jobs.start(
                work.db, settings, server_key(settings), fresh, job, account=by.account, seed=by.seed, now=at.now
            )
        )


def worker_of(at: Setting, settings: Settings) -> Worker:
    made = Worker(settings, at.stores, server_key(settings), at.clock)
    made.register()
    return made


def taken(settings: Settings, worker: Worker) -> bool:
    """Whether there was a job in the worker's queue, which is done now."""
    queue = jobs.queue(settings, worker.id)
    try:
        return worker.take(queue)
    finally:
        queue.storage.close()


def again(at: Setting, release: Release) -> Release:
    with at.stores.work(reading=True) as work:
        return releases.find(work.db, at.study_id, release.id)


def doing(at: Setting, release: Release) -> Doing:
    return releases.doing(again(at, release), now=at.now)


def pieces(at: Setting) -> int:
    with at.stores.work(reading=True) as work:
        return work.db.scalar(select(func.count()).select_from(ReleasePiece)) or 0


def test_jobs_reach_the_worker_by_its_queue_and_are_done(at: Setting, settings: Settings) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    with pytest.raises(NoWorker):
        begun(at, settings, release, Job.CHECK, at.field.lead)
    worker = worker_of(at, settings)
    assert not taken(settings, worker)
    with pytest.raises(CannotOpen):
        begun(at, settings, release, Job.CHECK, at.field.analyst)
    begun(at, settings, release, Job.CHECK, at.field.lead)
    assert doing(at, release) is Doing.RUNNING
    with pytest.raises(NotNow):
        begun(at, settings, release, Job.CHECK, at.other_lead)
    with pytest.raises(NotNow):
        approved(at, release, at.other_lead)
    assert taken(settings, worker)
    assert (again(at, release).state, doing(at, release)) == (State.CHECKED, Doing.NOTHING)
    approved(at, release, at.other_lead)
    begun(at, settings, release, Job.BUILD, at.other_lead)
    assert taken(settings, worker)
    assert again(at, release).state is State.BUILT
    assert SAID in texts(fetched(at, release))
    worker.leave()
    with at.stores.work(reading=True) as work:
        assert not jobs.alive(work.db, server_key(settings), now=at.now)


def test_after_a_build_nothing_stands_in_the_clear_on_any_disk(
    tmp_path: Path, sqlite_template: Path, now: datetime
) -> None:
    """ASVS 14.2.4, 11.7.2."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("verbatim.db", "keyring.db"):
        (home / name).write_bytes((sqlite_template / name).read_bytes())
    settings = Settings(
        home, f"sqlite:///{home}/verbatim.db", f"sqlite:///{home}/keyring.db", "https://localhost", ("localhost",)
    )
    (home / "server.key").write_bytes(new_key())
    began = time.time() - 1
    stores = Stores.open(settings.database_url, settings.keyring_url)
    at = setting_of(stores, home, now=now)
    crowd(at)
    release = asked(at, at.field.analyst, "statistics")
    worker = worker_of(at, settings)
    begun(at, settings, release, Job.CHECK, at.field.lead)
    assert taken(settings, worker)
    approved(at, release, at.other_lead)
    begun(at, settings, release, Job.BUILD, at.field.lead)
    with at.stores.work(reading=True) as work:
        keys = unlocked.unlock(work.db, at.study_id, account_id=at.field.lead.id, seed=at.field.lead.seed)
    secrets: dict[str, bytes | str] = {
        "answer": SAID, "memo": "a memo nobody may find", "name": "Robin Ashdown",
        **{scope.value: seed for scope, (_, seed) in keys.seeds.items()},
    }  # fmt: skip
    assert leaks(secrets, tmp_path, Path(tempfile.gettempdir()), since=began) == set(), "while the job waits"
    assert taken(settings, worker)
    files = fetched(at, release)
    assert SAID in texts(files)
    stores.dispose()
    assert leaks(secrets, tmp_path, Path(tempfile.gettempdir()), since=began) == set()


def test_what_was_sealed_for_one_worker_opens_for_no_other_and_only_in_its_place(
    at: Setting, settings: Settings
) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    worker = worker_of(at, settings)
    begun(at, settings, release, Job.CHECK, at.field.lead)
    queue = jobs.queue(settings, worker.id)
    data = queue.storage.dequeue()
    queue.storage.close()
    assert json.loads(bytes(data))
    told = list(queue.serializer.deserialize(data).args)
    other = Worker(settings, at.stores, server_key(settings), at.clock)
    assert not other.release(*told)
    assert doing(at, release) is Doing.FAILED
    assert again(at, release).trouble == CannotOpen.public
    for place, value in ((0, str(at.field.site_id)), (3, "build"), (4, str(at.field.analyst.id)), (5, "99999999999")):
        changed = [*told[:place], value, *told[place + 1 :]]
        with pytest.raises(CannotOpen):
            unlocked.opened(
                worker.pair, base64.b64decode(changed[6]), UUID(changed[0]), UUID(changed[4]),
                *jobs.place(release.id, UUID(changed[2]), Job(changed[3]), int(changed[5])),
            )  # fmt: skip


def test_keys_that_were_lent_ten_minutes_ago_are_not_used(at: Setting, settings: Settings) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    worker = worker_of(at, settings)
    begun(at, settings, release, Job.CHECK, at.field.lead)
    at.now += timedelta(minutes=10)
    assert taken(settings, worker)
    assert "ten minutes" in again(at, release).trouble
    worker.beat()
    begun(at, settings, release, Job.CHECK, at.field.lead)
    assert taken(settings, worker)
    assert again(at, release).state is State.CHECKED


def test_a_worker_that_somebody_put_into_the_database_is_lent_nothing(at: Setting, settings: Settings) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    with at.stores.work() as work:
        planted = KeyPair(new_key()).public
        mark = jobs.marked(new_key(), at.study_id, planted)
        work.db.add(ReleaseWorker(id=at.study_id, public=planted, mark=mark, started_at=at.now, beat_at=at.now))
        work.commit()
    with pytest.raises(NoWorker):
        begun(at, settings, release, Job.CHECK, at.field.lead)


def test_a_build_that_died_is_shown_as_dead_and_may_be_started_again(
    at: Setting, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    worker = worker_of(at, settings)
    with monkeypatch.context() as dying:
        # As if the process were gone between two statements: nobody is left to write anything down.
        dying.setattr(building, "_finish", _die)
        dying.setattr(attempts, "failed", lambda *_: None)
        begun(at, settings, release, Job.BUILD, at.field.lead)
        with pytest.raises(KeyboardInterrupt):
            taken(settings, worker)
    assert doing(at, release) is Doing.RUNNING
    left = pieces(at)
    worker.leave()
    at.now += timedelta(minutes=2)
    assert doing(at, release) is Doing.DIED
    with pytest.raises(NoWorker):
        begun(at, settings, release, Job.BUILD, at.field.lead)
    second = worker_of(at, settings)
    begun(at, settings, release, Job.BUILD, at.field.lead)
    assert taken(settings, second)
    assert again(at, release).state is State.BUILT
    assert pieces(at) >= 1 >= left - pieces(at)
    assert SAID in texts(fetched(at, release))


def _die(*everything: object) -> None:
    raise KeyboardInterrupt


def test_a_fault_of_the_program_says_so_and_nothing_of_the_build_is_left(
    quick: Setting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst)
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)

    def wrong(*everything: object) -> str:
        raise ZeroDivisionError(SAID)

    monkeypatch.setattr(building, "_finish", wrong)
    assert not done(at, release, Job.BUILD, at.field.lead)
    assert "fault of the program" in again(at, release).trouble
    assert pieces(at) == 0
    assert "ZeroDivisionError" in caplog.text
    assert SAID not in caplog.text
    monkeypatch.undo()
    assert done(at, release, Job.BUILD, at.field.lead)
    assert again(at, release).trouble == ""


@pytest.mark.parametrize("way", [Way.STOP, Way.ERASE])
def test_who_leaves_while_a_release_is_built_stops_it(at: Setting, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    through = passing.records

    def leaving_meanwhile(*args: object) -> object:
        yield from through(*args)  # type: ignore[arg-type]
        with at.stores.work() as work:
            who = participants.find(work.db, at.study_id, at.people["Jay Hollis"].participant.id)
            withdrawals.withdraw(work.db, work.keyring, who, way, now=at.now)
            work.commit()

    monkeypatch.setattr(passing, "records", leaving_meanwhile)
    assert not done(at, release, Job.BUILD, at.field.lead)
    assert "while this was being made" in again(at, release).trouble
    assert pieces(at) == 0
    monkeypatch.undo()
    assert done(at, release, Job.BUILD, at.field.lead)


def test_a_release_that_is_taken_back_stops_its_job(quick: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst)
    with at.stores.work() as work:
        keys = unlocked.unlock(work.db, at.study_id, account_id=at.field.lead.id, seed=at.field.lead.seed)
        number = attempts.begin(work.db, release, Job.CHECK, by=at.field.lead.id, now=at.now)
        work.commit()
    with at.stores.work() as work:
        fresh = releases.find(work.db, at.study_id, release.id)
        deciding.refuse(work.db, fresh, by=at.other_lead.account, reason="Not like this.", now=at.now)
        work.commit()
    attempt = attempts.Attempt(at.study_id, release.id, number, at.stores, at.scratch, at.clock)
    with pytest.raises(Overtaken):
        attempts.Signs(attempt)(1, 2)
    with at.stores.work() as work, pytest.raises(Overtaken):
        attempts.held(work.db, attempt)
    assert isinstance(keys, Unlocked)
    assert again(at, release).state is State.REFUSED


def test_of_a_release_that_is_taken_back_while_it_is_built_no_piece_is_left(
    quick: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst)
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    finish, seen = building._finish, []

    def meanwhile(*everything: Any) -> None:
        seen.append(pieces(at))
        with at.stores.work() as work:
            asking.withdraw(work.db, again(at, release), by=at.field.analyst.account, now=at.now)
            work.commit()
        finish(*everything)

    monkeypatch.setattr(building, "_write", _longer(building._write))
    monkeypatch.setattr(building, "_finish", meanwhile)
    assert not done(at, release, Job.BUILD, at.field.lead)
    assert seen == [1]
    assert pieces(at) == 0
    assert (again(at, release).state, again(at, release).trouble) == (State.WITHDRAWN, "")


def _longer(write: Any) -> Any:
    """The file as it is written, and so much behind it that a piece is full."""

    def longer(*everything: Any) -> str:
        digest: str = write(*everything)
        everything[-1].write(os.urandom(LARGEST))
        return digest

    return longer


def test_a_release_is_not_sealed_to_a_key_that_nobody_vouched_for(quick: Setting) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst)
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    with at.stores.work() as work:
        theirs = accounts.Account
        planted = KeyPair(new_key()).public
        work.db.execute(update(theirs).where(theirs.id == at.field.analyst.id).values(public_key=planted))
        work.commit()
    assert not done(at, release, Job.BUILD, at.field.lead)
    assert "compare its fingerprint" in again(at, release).trouble


def test_who_left_the_team_fetches_nothing(quick: Setting) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst)
    for job, by in ((Job.CHECK, at.field.lead), (Job.BUILD, at.other_lead)):
        assert done(at, release, job, by)
        if job is Job.CHECK:
            approved(at, release, at.field.lead)
    with at.stores.work() as work:
        member = studies.membership(work.db, at.study_id, at.field.analyst.id)
        assert member is not None
        studies.leave(work.db, member, by=at.field.lead.id, now=at.now)
        work.commit()
    with pytest.raises(releases.NotYours):
        fetched(at, release)


def test_reading_names_and_answers_for_a_release_is_in_the_log(quick: Setting) -> None:
    at = quick
    crowd(at)
    assert done(at, asked(at, at.field.analyst), Job.CHECK, at.field.lead)
    with at.stores.work(reading=True) as work:
        lines = {line["action"]: line for line in ledger.of_study(work.db, at.study_id)}
    for action in ("roster.read", "answers.read"):
        facts = lines[action]["facts"]
        assert isinstance(facts, dict)
        assert facts["why"] == "release"
        assert lines[action]["actor"] == ledger.staff(at.field.lead.id)


@pytest.mark.slow
def test_a_worker_in_a_process_of_its_own_does_the_job_and_ends_when_it_is_told(
    at: Setting, settings: Settings
) -> None:
    at.now = datetime.now(UTC)
    crowd(at)
    release = asked(at, at.field.analyst)
    env = os.environ | {
        "VERBATIM_HOME": str(settings.home), "DATABASE_URL": settings.database_url, "KEYRING_URL": settings.keyring_url,
    }  # fmt: skip
    command = [sys.executable, "-c", "from web.cli.main import main; main()", "work", "--beside"]
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE) as process:
        try:
            _until(lambda: _alive(at, settings))
            begun(at, settings, release, Job.CHECK, at.field.lead)
            _until(lambda: again(at, release).state is State.CHECKED)
            approved(at, release, at.field.lead)
            begun(at, settings, release, Job.BUILD, at.field.lead)
            _until(lambda: again(at, release).state is State.BUILT)
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert SAID not in errors.decode()
    assert SAID in texts(fetched(at, release))
    assert not _alive(at, settings)


def _alive(at: Setting, settings: Settings) -> bool:
    with at.stores.work(reading=True) as work:
        return jobs.alive(work.db, server_key(settings), now=datetime.now(UTC))


def _until(so: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not so():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


def test_the_same_release_twice_gives_the_same_bytes(quick: Setting) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst, "refi")
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    found = []
    for _ in range(2):
        assert done(at, release, Job.BUILD, at.field.lead)
        found.append(_whole(at, release))
        with at.stores.work() as work:
            work.db.connection().exec_driver_sql("DROP TRIGGER IF EXISTS release_case_no_delete")
            work.db.connection().exec_driver_sql("DELETE FROM release_case")
            work.db.execute(update(Release).values(state=State.APPROVED))
            work.commit()
    assert found[0] == found[1]
    assert zipfile.ZipFile(io.BytesIO(found[0])).namelist()[-1] == "manifest.json"


def _whole(at: Setting, release: Release) -> bytes:
    with at.stores.work() as work:
        fresh = releases.find(work.db, at.study_id, release.id)
        opened = fetching.fetch(
            work.db, fresh, account=at.field.analyst.account, seed=at.field.analyst.seed, now=at.now
        )  # fmt: skip
        return b"".join(fetching.stream(work.db, opened))


def test_the_queue_of_a_worker_that_died_is_emptied_by_the_next_one(at: Setting, settings: Settings) -> None:
    crowd(at)
    release = asked(at, at.field.analyst)
    first = worker_of(at, settings)
    begun(at, settings, release, Job.CHECK, at.field.lead)
    at.now += timedelta(minutes=6)
    worker_of(at, settings)
    assert not taken(settings, first)
    with at.stores.work(reading=True) as work:
        assert work.db.scalar(select(func.count()).select_from(ReleaseWorker)) == 1
