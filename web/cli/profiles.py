"""``verbatim profiles``: the kinds of release, and what each contains."""

import click

from exports.profiles import PROFILES, Profile


@click.command()
def profiles() -> None:
    """List the kinds of release and what each contains."""
    click.echo("\n\n".join(map(_told, PROFILES.values())))


def _told(profile: Profile) -> str:
    lines = [f"{profile.name}  ({profile.title}; for {profile.purpose.value})", f"  {profile.contains}"]
    if profile.needs is not None:
        lines.append(f"  Only of those who agree to: {profile.needs.value}.")
    names = "the study's pseudonyms" if profile.own_names else "names of this release alone"
    lines.append(f"  At least {profile.smallest} people share every combination of attributes. Under {names}.")
    return "\n".join(lines)
