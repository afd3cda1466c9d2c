"""`baton casebook`: the casebook's database."""

from __future__ import annotations

from cyclopts import App

from casebook.opening import SCHEMA
from casebook.opening import migrate as bring_up_to_date
from cli.home import Home, settings_at
from cli.output import say

app = App(name="casebook", help="Look after the casebook's database.")


@app.command
def migrate(*, home: Home = None) -> None:
    """Bring the casebook's database to the schema of this version; changes nothing when it is there already.

    Example: `BATON_CASEBOOK_URL_FILE=/etc/baton/casebook-url baton casebook migrate`
    """
    bring_up_to_date(settings_at(home).casebook_url)
    say(f"The casebook has schema {SCHEMA}.")
