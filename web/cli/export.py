"""``verbatim export``: a release without a browser, by the same verbs and with the same checks as on the pages."""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click

from exports import asking, attempts, deciding, fetching, releases, terms, unlocked, worker
from exports.asking import BelowThreshold
from exports.attempts import Attempt
from exports.profiles import PROFILES
from exports.releases import Job, Release, State
from exports.terms import Terms
from instruments.drafts import instruments_of
from vault import accounts, studies
from vault.accounts import Account, Proven
from vault.errors import CannotOpen, Invalid, Refused
from vault.migrations import runner
from vault.settings import Settings, server_key
from vault.store import Stores
from vault.studies import Permit, Study
from web.cli.installation import settings_here, stores_of, study_named
from web.kit.process import keep_to_itself


class Waits(click.ClickException):
    """Somebody else has to do something first; run the command again afterwards."""

    exit_code = 3

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.message, file=file, err=True)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command works, and for whom."""

    settings: Settings
    stores: Stores
    study: Study
    by: Proven


@click.command()
@click.argument("study")
@click.option("--profile", required=True, type=click.Choice(list(PROFILES)), help="What for; see 'verbatim profiles'.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write (zip).")
@click.option("--passphrase-fd", required=True, type=int, help="Descriptor from which your passphrase is read.")
@click.option("--account", help="Your e-mail address; not needed where only one member may ask for releases.")
@click.option("--purpose", default="Export on the command line", show_default=True, help="What it is for, in words.")
@click.option("--recipients", default="Whoever runs the command", show_default=True, help="Who will receive it.")
@click.option("--instrument", "instruments", multiple=True, help="Only this instrument, by its id; may be repeated.")
@click.option("--attribute", "attributes", multiple=True, help="Only this attribute; may be repeated.")
@click.option("--no-attributes", is_flag=True, help="No attributes at all.")
@click.option("--coarsen", is_flag=True, help="Accept what is proposed if somebody could be recognised.")
@click.option("--shift-dates", is_flag=True, help="Move the dates of each participant by a number of days.")
@click.option("--language", help="Language of labels; without it, the first one of the first instrument.")
@click.option("--days", default=14, show_default=True, help="For how many days the file can be fetched again.")
@click.option("--alone", default="", help="If nobody else may approve: your declaration that you do so alone.")
def export(study: str, profile: str, out: Path, passphrase_fd: int, account: str | None, **wanted: Any) -> None:
    """Ask for a release of STUDY (its id or reference), check it, and write its file once it is approved.

    If another member has to approve first, it says so and ends with 3. Run it again afterwards.
    """
    keep_to_itself()
    settings = settings_here()
    with stores_of(settings) as stores:
        runner.require_current(stores)
        place = _place(settings, stores, study, account, _passphrase(passphrase_fd))
        release = _found_or_asked(place, _terms(place, profile, wanted), coarsen=wanted["coarsen"])
        state = release.state
        if state is State.ASKED:
            state = _checked(place, release)
        if state is State.CHECKED:
            state = _approved(place, release, wanted["alone"])
        if state is State.APPROVED:
            _done(
                place, release, Job.BUILD, "A lead who holds all keys has to build it: on the pages, by approving it."
            )
        _written(place, release, out)


def _passphrase(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, encoding="utf-8") as given:
            return given.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(
            "Nothing can be read from that descriptor. Say for example --passphrase-fd 3 3<file."
        ) from None


def _place(settings: Settings, stores: Stores, named: str, email: str | None, passphrase: str) -> _Place:
    with stores.work() as work:
        study = study_named(work.db, named)
        email = email or _only_one(stores, study)
        proven = accounts.prove_passphrase(
            work, server_key(settings), email, passphrase, device=None, now=datetime.now(UTC)
        )
        work.commit()
    return _Place(settings, stores, study, proven)


def _only_one(stores: Stores, study: Study) -> str:
    with stores.work(reading=True) as work:
        may = [
            work.db.get_one(Account, member.account_id).email
            for member in studies.members(work.db, study.id)
            if Permit.ASK_RELEASES in studies.permits_of(member.role)
        ]
    if len(may) != 1:
        raise click.UsageError("Say --account: several members of this study may ask for releases.")
    return may[0]


def _terms(place: _Place, profile: str, wanted: dict[str, Any]) -> Terms:
    with place.stores.work(reading=True) as work:
        rows = {row.key: row.id for row in instruments_of(work.db, place.study.id)}
        offered = asking.offered(work.db, place.study.id)
    strange = [key for key in wanted["instruments"] if key not in rows]
    if strange:
        raise Invalid(f"The study has no instrument {', '.join(strange)}. It has: {', '.join(rows)}.")
    attributes = () if wanted["no_attributes"] else tuple(wanted["attributes"]) or None
    language = wanted["language"] or (offered.languages[0] if offered.languages else "en")
    return Terms(
        profile, wanted["purpose"], wanted["recipients"], tuple(rows[key] for key in wanted["instruments"]),
        attributes=attributes, shifted=wanted["shift_dates"], language=language, days=wanted["days"],
    )  # fmt: skip


def _found_or_asked(place: _Place, wanted: Terms, *, coarsen: bool) -> Release:
    """The release that was asked for in these terms and is still under way, else a new one."""
    now = datetime.now(UTC)
    with place.stores.work() as work:
        try:
            return _under_way(place, wanted, now) or _asked(place, wanted, work, now)
        except BelowThreshold as refusal:
            if not coarsen or not refusal.proposal:
                raise
            coarser = Terms(
                **{name: getattr(wanted, name) for name in Terms.__slots__}
                | {"rules": (*wanted.rules, *refusal.proposal)}
            )
            return _under_way(place, coarser, now) or _asked(place, coarser, work, now)


def _asked(place: _Place, wanted: Terms, work: Any, now: datetime) -> Release:
    release = asking.ask(work.db, place.study.id, wanted, by=place.by.account, now=now)
    work.commit()
    return release


def _under_way(place: _Place, wanted: Terms, now: datetime) -> Release | None:
    live = {State.ASKED, State.CHECKED, State.APPROVED, State.BUILT}
    with place.stores.work(reading=True) as work:
        for one in releases.of_study(work.db, place.study.id, now=now):
            release = one.release
            same = release.asked_by == place.by.account.id and release.asked_for == terms.spelled(wanted)
            if same and one.state in live:
                return release
    return None


def _done(place: _Place, release: Release, job: Job, otherwise: str) -> State:
    """The job has been done here and now, by the worker's own function; Waits if these keys do not suffice."""
    account = place.by.account
    with place.stores.work() as work:
        try:
            keys = unlocked.unlock(work.db, place.study.id, account_id=account.id, seed=place.by.seed)
        except CannotOpen:
            raise Waits(f"Release {release.id} is asked for. {otherwise} Then run this again.") from None
        number = attempts.begin(work.db, release, job, by=account.id, now=datetime.now(UTC))
        work.commit()
    attempt = Attempt(
        place.study.id, release.id, number, place.stores, place.settings.home, lambda: datetime.now(UTC)
    )  # fmt: skip
    with worker.alive(attempt):
        worker.run_attempt(attempt, job, keys)
    with place.stores.work(reading=True) as work:
        after = releases.find(work.db, place.study.id, release.id)
        if after.trouble or after.state is State.REFUSED:
            raise Refused(after.trouble or after.said)
        return after.state


def _checked(place: _Place, release: Release) -> State:
    return _done(place, release, Job.CHECK, "A lead has to check and approve it.")


def _approved(place: _Place, release: Release, declaration: str) -> State:
    """Approved alone, where nobody else may and that was declared; Waits for another member otherwise."""
    with place.stores.work() as work:
        fresh = releases.find(work.db, place.study.id, release.id)
        _, alone = deciding.may_approve(work.db, fresh, place.by.account)
        if not alone:
            raise Waits(f"Release {release.id} is checked. Another lead has to approve it; then run this again.")
        if len(declaration.strip()) < deciding.SENTENCE:
            raise Waits(
                "Nobody else of this study may approve it. Declare with --alone TEXT, a sentence, why you do so alone."
            )
        deciding.approve(
            work.db, fresh, by=place.by.account, now=datetime.now(UTC), declaration=declaration
        )  # fmt: skip
        work.commit()
    return State.APPROVED


def _written(place: _Place, release: Release, out: Path) -> None:
    with place.stores.work() as work:
        fresh = releases.find(work.db, place.study.id, release.id)
        opened = fetching.fetch(
            work.db, fresh, account=place.by.account, seed=place.by.seed, now=datetime.now(UTC)
        )  # fmt: skip
        work.commit()
    unfinished = out.with_name(out.name + ".part")
    with place.stores.work(reading=True) as work, unfinished.open("wb") as file:
        for piece in fetching.stream(work.db, opened):
            file.write(piece)
    unfinished.replace(out)
    click.echo(f"{out}: release {release.id}, {opened.size} bytes. Keep it where only its recipients reach it.")
    sys.stdout.flush()
