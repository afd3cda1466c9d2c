"""Settings: what an operator may choose, read once from the environment and checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from temporalio.envconfig import ClientConfigProfile

from activities.ledger_extract import Money, date_notation, layout_columns
from worker import setting_values as values

Mode = Literal["embedded", "cluster"]

PREFIX = "BATON_"
HOME_MARK = "{home}"
DRAIN_WITHIN = timedelta(seconds=45)
"""How long a worker that was told to stop (SIGTERM) lets running activities finish; none takes longer than 30 s."""


class SettingsError(Exception):
    """The settings cannot be used; says everything that is wrong, never a secret's value.

    Attributes:
        problems: one sentence each, naming the variable and the way out.
    """

    def __init__(self, problems: list[str]) -> None:
        """Join the problems into one message."""
        self.problems = tuple(problems)
        super().__init__("the settings cannot be used:\n" + "\n".join(f"  - {problem}" for problem in problems))


@dataclass(frozen=True)
class Setting:
    """One thing an operator may choose.

    Attributes:
        name: the field of `Settings` that it fills.
        env: the environment variable that sets it.
        default: the value when the variable is absent, in the same notation; `{home}` stands for the home folder and
            an empty text for "none".
        sentence: what it decides, for people.
        read: turns the text into the field's value, or raises `ValueError` with the rule that it breaks.
        secret: the value itself is confidential, so `<env>_FILE` may name a file that holds it.
    """

    name: str
    env: str
    default: str
    sentence: str
    read: Callable[[str], object]
    secret: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """Every environment variable that can fill this setting."""
        return (self.env, f"{self.env}_FILE") if self.secret else (self.env,)


# The home folder comes first, because the defaults of the others lie in it.
SETTINGS: tuple[Setting, ...] = (
    Setting("home", "BATON_HOME", "var/baton", "The folder in which the embedded mode keeps its state.", values.path),
    Setting(
        "casebook_url",
        "BATON_CASEBOOK_URL",
        "sqlite:///{home}/casebook.sqlite",
        "The casebook's database: an SQLite file, or postgresql+psycopg:// in production.",
        values.database_url,
        secret=True,
    ),
    Setting(
        "clearinghouse_out",
        "BATON_CLEARINGHOUSE_OUT",
        "{home}/clearinghouse/out",
        "The drop folder from which the clearinghouse collects what we send.",
        values.path,
    ),
    Setting(
        "clearinghouse_in",
        "BATON_CLEARINGHOUSE_IN",
        "{home}/clearinghouse/in",
        "The pick-up folder in which the clearinghouse leaves what payers answered.",
        values.path,
    ),
    Setting(
        "ledger_url",
        "BATON_LEDGER_URL",
        "",
        "The address of the provider's ledger interface, which answers balances and takes holds.",
        values.http_url,
    ),
    Setting(
        "ledger_token_file",
        "BATON_LEDGER_TOKEN_FILE",
        "",
        "The file that holds the bearer token for the ledger; read at each use, so it may be replaced at any time.",
        values.path,
    ),
    Setting(
        "extract_columns",
        "BATON_EXTRACT_COLUMNS",
        "",
        "Which heading of an A/R extract (.csv) is which field, as field=heading; others stand under their own.",
        layout_columns,
    ),
    Setting(
        "extract_dates",
        "BATON_EXTRACT_DATES",
        "%Y-%m-%d",
        "How an A/R extract writes dates, in strftime's letters, such as %m/%d/%Y.",
        date_notation,
    ),
    Setting(
        "extract_money",
        "BATON_EXTRACT_MONEY",
        "dollars",
        "How an A/R extract writes money: dollars (1,234.56) or cents (123456).",
        values.money,
    ),
    Setting(
        "notices_webhook",
        "BATON_NOTICES_WEBHOOK",
        "",
        "The address that is told about new and overdue work; without it notices go to the log only.",
        values.http_url,
        secret=True,
    ),
    Setting(
        "notices_secret",
        "BATON_NOTICES_SECRET",
        "",
        "What notices to the webhook are signed with (header Baton-Signature, HMAC-SHA256); unsigned without it.",
        str,
        secret=True,
    ),
    Setting(
        "submitter_id",
        "BATON_SUBMITTER_ID",
        "",
        "The number by which the clearinghouse knows the billing office (loop 1000A of what we send).",
        values.sent,
    ),
    Setting("submitter_name", "BATON_SUBMITTER_NAME", "", "The billing office's name there.", values.sent),
    Setting("submitter_contact", "BATON_SUBMITTER_CONTACT", "", "Whom the clearinghouse may ask.", values.sent),
    Setting("submitter_phone", "BATON_SUBMITTER_PHONE", "", "The contact's telephone number.", values.telephone),
    Setting("receiver_id", "BATON_RECEIVER_ID", "", "The clearinghouse's number (loop 1000B).", values.sent),
    Setting("receiver_name", "BATON_RECEIVER_NAME", "", "The clearinghouse's name there.", values.sent),
    Setting(
        "interchange_sender",
        "BATON_INTERCHANGE_SENDER",
        "",
        "Our end of the envelope: qualifier:id, or qualifier:id:group (ISA05, ISA06, GS02); else ZZ and the number.",
        values.interchange,
    ),
    Setting(
        "interchange_receiver",
        "BATON_INTERCHANGE_RECEIVER",
        "",
        "The clearinghouse's end of the envelope (ISA07, ISA08, GS03), likewise.",
        values.interchange,
    ),
    Setting("test_files", "BATON_TEST_FILES", "no", "Whether what we send is marked as a test: yes or no.", values.yes),
    Setting("task_queue", "BATON_TASK_QUEUE", "baton", "The queue on which workers take up cases.", values.name),
    Setting(
        "practice",
        "BATON_PRACTICE",
        "practice",
        "The short name of the billing office whose cases these are; keeps offices on one engine apart.",
        values.name,
    ),
    Setting(
        "key_file",
        "BATON_KEY_FILE",
        "",
        "The key ring that encrypts cases; the embedded mode makes one in its home, any other mode must be given one.",
        values.path,
    ),
    Setting("plan_file", "BATON_PLAN", "", "A TOML file whose deadlines replace the default plan's.", values.path),
    Setting(
        "metrics_address",
        "BATON_METRICS_ADDRESS",
        "",
        "The host:port on which the worker offers metrics to Prometheus; none when absent.",
        values.socket,
    ),
    Setting(
        "pages_address",
        "BATON_PAGES_ADDRESS",
        "127.0.0.1:8733",
        "The host:port of pages and API (`baton up`, `baton pages`); port 0 takes a free one, TLS is a proxy's work.",
        values.socket,
    ),
    Setting(
        "pages_url",
        "BATON_PAGES_URL",
        "",
        "The address by which people reach the pages, such as https://baton.example.org; needed for sign-in elsewhere.",
        values.http_url,
    ),
    Setting(
        "oidc_issuer",
        "BATON_OIDC_ISSUER",
        "",
        "The identity provider (OpenID Connect) at which people sign in; local users only when absent.",
        values.http_url,
    ),
    Setting("oidc_name", "BATON_OIDC_NAME", "your work account", "What the sign-in page calls it.", str),
    Setting("oidc_client_id", "BATON_OIDC_CLIENT_ID", "", "The name by which the identity provider knows Baton.", str),
    Setting(
        "oidc_client_secret", "BATON_OIDC_CLIENT_SECRET", "", "The secret it gave us with that name.", str, secret=True
    ),
    Setting(
        "oidc_roles",
        "BATON_OIDC_ROLES",
        "",
        "Which of its groups has which role, as group=role; people of no such group cannot sign in.",
        values.roles,
    ),
    Setting("log_level", "BATON_LOG_LEVEL", "INFO", "How much is logged: DEBUG, INFO, WARNING or ERROR.", values.level),
    Setting(
        "retention",
        "BATON_RETENTION_DAYS",
        "90",
        "How many days the engine keeps a closed case's history; the casebook keeps its evidence far longer.",
        values.days,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an operator chose, checked; each field is described in `SETTINGS`.

    Paths are absolute. Fields that may hold a secret are left out of the representation.

    Attributes:
        mode: `embedded` starts an engine of its own in `home`; `cluster` connects to the one that `temporal` names.
        temporal: the connection to Temporal, from `TEMPORAL_*` and `temporal.toml` alone.
    """

    mode: Mode
    temporal: ClientConfigProfile = field(repr=False)
    home: Path
    casebook_url: str = field(repr=False)
    clearinghouse_out: Path
    clearinghouse_in: Path
    ledger_url: str | None
    ledger_token_file: Path | None
    extract_columns: dict[str, str] | None
    extract_dates: str
    extract_money: Money
    notices_webhook: str | None = field(repr=False)
    notices_secret: str | None = field(repr=False)
    submitter_id: str | None
    submitter_name: str | None
    submitter_contact: str | None
    submitter_phone: str | None
    receiver_id: str | None
    receiver_name: str | None
    interchange_sender: tuple[str, str, str] | None
    interchange_receiver: tuple[str, str, str] | None
    test_files: bool
    task_queue: str
    practice: str
    key_file: Path | None
    plan_file: Path | None
    metrics_address: str | None
    pages_address: str
    pages_url: str | None
    oidc_issuer: str | None
    oidc_name: str
    oidc_client_id: str | None
    oidc_client_secret: str | None = field(repr=False)
    oidc_roles: dict[str, str] | None
    log_level: str
    retention: timedelta

    @property
    def namespace(self) -> str:
        """The Temporal namespace in which the cases live."""
        return self.temporal.namespace or "default"

    @classmethod
    def load(cls, env: Mapping[str, str], home: Path | None = None) -> Settings:
        """Read all settings.

        Args:
            env: the environment, usually `os.environ`; only `BATON_*` and `TEMPORAL_*` are looked at.
            home: overrides `BATON_HOME`, for a command that was given a folder.

        Raises:
            SettingsError: with everything that is wrong, found in one pass.
        """
        reading = _Reading(env)
        values = reading.settings(home)
        temporal, mode = reading.temporal()
        reading.refuse_unknown()
        if reading.problems:
            raise SettingsError(reading.problems)
        return cls(mode=mode, temporal=temporal, **values)  # type: ignore[arg-type]  # the table names the fields

    def embedded(self) -> Settings:
        """The same settings on an engine of our own, whatever cluster the environment names."""
        kept = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in ("mode", "temporal")}
        return Settings(mode="embedded", temporal=ClientConfigProfile(), **kept)


class _Reading:
    """One pass over an environment that collects problems instead of stopping at the first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def settings(self, home: Path | None) -> dict[str, object]:
        given = {} if home is None else {"home": home.absolute()}
        values: dict[str, object] = {}
        for setting in SETTINGS:
            default = setting.default.replace(HOME_MARK, str(values.get("home", "")))
            values[setting.name] = given.get(setting.name) or self._value(setting, default)
        return values

    def _value(self, setting: Setting, default: str) -> object:
        text = self._text(setting) or default
        try:
            return setting.read(text) if text else None
        except ValueError as rule:
            self.problems.append(f"{setting.env} {rule}. {setting.sentence}")
            return None

    def _text(self, setting: Setting) -> str:
        text = self.env.get(setting.env, "").strip()
        file = self.env.get(f"{setting.env}_FILE", "").strip() if setting.secret else ""
        if text and file:
            self.problems.append(f"{setting.env} and {setting.env}_FILE are both set; keep one of them")
        if not file:
            return text
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{setting.env}_FILE names a file that cannot be read ({type(error).__name__})")
            return ""

    def temporal(self) -> tuple[ClientConfigProfile, Mode]:
        """The connection as the engine's own tools would read it, and whether it names a cluster at all."""
        file = self.env.get("TEMPORAL_CONFIG_FILE")
        if file and not Path(file).is_file():
            self.problems.append("TEMPORAL_CONFIG_FILE names a file that does not exist")
        try:
            profile = ClientConfigProfile.load(override_env_vars=dict(self.env))
        except Exception as error:  # the bridge's ConfigError derives from Exception only
            self.problems.append(f"the Temporal connection cannot be read: {error}")
            return ClientConfigProfile(), "embedded"
        if profile.address:
            return profile, "cluster"
        if profile.api_key or profile.tls or self.env.get("TEMPORAL_PROFILE"):
            self.problems.append("the Temporal connection has no address; set TEMPORAL_ADDRESS or give the profile one")
        return profile, "embedded"

    def refuse_unknown(self) -> None:
        """A misspelt variable would be a setting silently not made."""
        known = {variable for setting in SETTINGS for variable in setting.variables}
        unknown = sorted(name for name in self.env if name.startswith(PREFIX) and name not in known)
        for name in unknown:
            near = get_close_matches(name, known, n=1)
            self.problems.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
