"""`baton key`: the key ring's file."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from cli.failures import CommandError
from cli.output import aside, say
from worker.keys import KeyRing, create_key_file, read_key_file, replace_key_file

app = App(name="key", help="Make, rotate and list the keys that encrypt cases.")


@app.command
def new(file: Path, /) -> None:
    """Make a key ring with one fresh key.

    Whoever has it can read every case, and without it nobody can: keep a copy apart from the backups of the data.

    Example: `baton key new keys.toml`

    Args:
        file: Where it is written; must not exist yet.
    """
    ring = KeyRing.new()
    if not create_key_file(file, ring):
        raise CommandError(f"{file} exists already: `baton key rotate` gives it a fresh key")
    say(f"{file} holds the key {ring.current}. Set BATON_KEY_FILE to it, and keep a copy elsewhere.")


@app.command
def rotate(file: Path, /) -> None:
    """Put a fresh key in force; what the former keys sealed stays readable.

    Give the new file to every worker and start them again.

    Example: `baton key rotate keys.toml`

    Args:
        file: The key ring.
    """
    ring = read_key_file(file).rotated()
    replace_key_file(file, ring)
    say(f"{file}: the key {ring.current} seals from now on; start the workers again.")


@app.command(name="list")
def list_(file: Path, /) -> None:
    """List the ids of a key ring's keys; never the keys themselves.

    Example: `baton key list keys.toml`

    Args:
        file: The key ring.
    """
    ring = read_key_file(file)
    for key_id in ring.key_ids:
        say(f"{key_id}  seals and opens" if key_id == ring.current else aside(f"{key_id}  opens what it sealed"))
