"""Setting the background going: a check or a build, with the keys of whoever is signed in."""

from exports import jobs
from exports.releases import Job, Release
from vault.errors import CannotOpen, Refused
from web.kit.visit import Visit


def begin(visit: Visit, release: Release, job: Job) -> None:
    """The job has begun. CannotOpen for whoever lacks a key that it takes, NoWorker if nobody is there to do it."""
    visit.carry_out(
        jobs.start(
            visit.db, visit.settings, visit.kit.server_key, release, job, account=visit.signed_in, seed=visit.unlocked,
            now=visit.now,
        )
    )  # fmt: skip


def begun(visit: Visit, release: Release, job: Job) -> bool:
    """Whether the job has begun; if not, what was done before stands all the same."""
    try:
        begin(visit, release, job)
    except (CannotOpen, Refused):
        return False
    return True
