"""The tables, and how older databases are brought up to date. Only ever append to this file."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("helpdesk_tui")

ORGANISATIONS = """
CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    short_name TEXT NOT NULL UNIQUE,
    sip_host TEXT NOT NULL,
    outbound_proxy TEXT NOT NULL,
    ntp_server TEXT NOT NULL,
    timezone TEXT NOT NULL,
    language TEXT NOT NULL,
    country TEXT NOT NULL,
    codecs TEXT NOT NULL,
    call_waiting TEXT NOT NULL,
    caller_id_display TEXT NOT NULL,
    speaker_level INTEGER NOT NULL,
    microphone_level INTEGER NOT NULL,
    logged_out_dialplan TEXT NOT NULL,
    web_username TEXT NOT NULL
) STRICT
"""

USERS = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE RESTRICT,
    extension TEXT NOT NULL,
    name TEXT NOT NULL,
    voicemail TEXT NOT NULL,
    ring_internal INTEGER NOT NULL,
    ring_external INTEGER NOT NULL,
    pin TEXT NOT NULL,
    UNIQUE (organisation_id, extension)
) STRICT
"""

IDENTITIES = """
CREATE TABLE identities (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sip_username TEXT NOT NULL,
    sip_password TEXT NOT NULL,
    display_name TEXT NOT NULL,
    UNIQUE (user_id, position),
    UNIQUE (user_id, sip_username)
) STRICT
"""

PHONES = """
CREATE TABLE phones (
    id INTEGER PRIMARY KEY,
    mac TEXT NOT NULL UNIQUE CHECK (length(mac) = 12),
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE RESTRICT,
    user_id INTEGER REFERENCES users(id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    serial TEXT NOT NULL,
    pin TEXT NOT NULL,
    vlan INTEGER,
    modules INTEGER NOT NULL DEFAULT 0,
    sip_username TEXT NOT NULL,
    sip_password TEXT NOT NULL,
    web_password TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('active', 'disabled', 'provision', 'deprovision')),
    step_since TEXT NOT NULL,
    added_at TEXT NOT NULL,
    changed_at TEXT,
    deadline TEXT,
    reason TEXT,
    reason_text TEXT,
    firmware_installed TEXT,
    firmware_learned_at TEXT,
    firmware_selected TEXT,
    firmware_selected_at TEXT,
    last_seen TEXT,
    secret TEXT NOT NULL UNIQUE,
    previous_secret TEXT NOT NULL DEFAULT '',
    token TEXT NOT NULL DEFAULT '',
    token_used_at TEXT,
    verdict_rank INTEGER NOT NULL DEFAULT 0,
    verdict_turns_at TEXT,
    search_text TEXT NOT NULL DEFAULT ''
) STRICT
"""

# One call to a manufacturer for each MAC: intended, under way (leased), or waiting for its next try.
JOBS = """
CREATE TABLE jobs (
    mac TEXT PRIMARY KEY,
    vendor TEXT NOT NULL,
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    phone_id INTEGER REFERENCES phones(id) ON DELETE SET NULL,
    call TEXT NOT NULL CHECK (call IN ('register', 'deregister')),
    cause TEXT NOT NULL,
    operator TEXT NOT NULL,
    url TEXT NOT NULL,
    intended_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    lease TEXT NOT NULL DEFAULT '',
    leased_until TEXT,
    reason TEXT,
    reason_text TEXT
) STRICT
"""

EVENTS = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    operator TEXT NOT NULL,
    kind TEXT NOT NULL,
    mac TEXT,
    organisation TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT
"""

REQUESTS = """
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    phone_id INTEGER NOT NULL REFERENCES phones(id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    file TEXT NOT NULL,
    via TEXT NOT NULL,
    status INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT
"""

FUNCTION_KEYS = """
CREATE TABLE function_keys (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope IN ('model', 'user', 'phone')),
    organisation_id INTEGER REFERENCES organisations(id) ON DELETE CASCADE,
    model TEXT,
    user_id INTEGER REFERENCES users(id) ON DELETE CASCADE,
    phone_id INTEGER REFERENCES phones(id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position > 0),
    function TEXT NOT NULL,
    value TEXT NOT NULL,
    label TEXT NOT NULL
) STRICT
"""

CUSTOM_SETTINGS = """
CREATE TABLE custom_settings (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope IN ('model', 'phone')),
    organisation_id INTEGER REFERENCES organisations(id) ON DELETE CASCADE,
    model TEXT,
    phone_id INTEGER REFERENCES phones(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL
) STRICT
"""

FIRMWARE = """
CREATE TABLE firmware (
    id INTEGER PRIMARY KEY,
    vendor TEXT NOT NULL,
    version TEXT NOT NULL,
    models TEXT NOT NULL,
    file TEXT NOT NULL,
    size INTEGER,
    sha256 TEXT NOT NULL,
    certified_on TEXT,
    certified_by TEXT NOT NULL,
    withdrawn_on TEXT,
    notes TEXT NOT NULL,
    known_problems TEXT NOT NULL,
    UNIQUE (vendor, version, file)
) STRICT
"""

WALKTHROUGH_RUNS = """
CREATE TABLE walkthrough_runs (
    id INTEGER PRIMARY KEY,
    mac TEXT NOT NULL,
    walkthrough TEXT NOT NULL,
    operator TEXT NOT NULL,
    started_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    ended_at TEXT,
    outcome TEXT NOT NULL DEFAULT '',
    progress TEXT NOT NULL
) STRICT
"""

INDEXES = (
    # The list of phones: walked in its order, searched by words or by values without touching the table.
    "CREATE INDEX phones_words ON phones (verdict_rank, mac, search_text, organisation_id)",
    "CREATE INDEX phones_list ON phones"
    " (verdict_rank, mac, step, vendor, model, organisation_id, user_id, firmware_installed, firmware_selected)",
    "CREATE INDEX phones_turning ON phones (verdict_turns_at) WHERE verdict_turns_at IS NOT NULL",
    "CREATE INDEX phones_organisation ON phones (organisation_id, verdict_rank, mac, model)",
    "CREATE INDEX phones_model ON phones (model COLLATE NOCASE, verdict_rank, mac)",
    "CREATE INDEX phones_user ON phones (user_id)",
    "CREATE INDEX phones_reason ON phones (reason)",
    "CREATE INDEX phones_step ON phones (step, verdict_rank, mac)",
    "CREATE INDEX phones_deadline ON phones (deadline) WHERE step = 'active'",
    "CREATE UNIQUE INDEX phones_token ON phones (token) WHERE token <> ''",
    "CREATE UNIQUE INDEX phones_previous_secret ON phones (previous_secret) WHERE previous_secret <> ''",
    "CREATE INDEX jobs_phone ON jobs (phone_id)",
    "CREATE INDEX jobs_next ON jobs (next_try)",
    "CREATE INDEX events_mac ON events (mac, id) WHERE mac IS NOT NULL",
    "CREATE INDEX requests_phone ON requests (phone_id, id)",
    "CREATE INDEX requests_at ON requests (at)",
    "CREATE INDEX function_keys_phone ON function_keys (phone_id) WHERE phone_id IS NOT NULL",
    "CREATE INDEX function_keys_user ON function_keys (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX function_keys_model ON function_keys (organisation_id, model) WHERE model IS NOT NULL",
    "CREATE INDEX custom_settings_phone ON custom_settings (phone_id) WHERE phone_id IS NOT NULL",
    "CREATE INDEX custom_settings_model ON custom_settings (organisation_id, model) WHERE model IS NOT NULL",
    "CREATE INDEX walkthrough_runs_mac ON walkthrough_runs (mac, id)",
)

APPEND_ONLY = tuple(
    f"CREATE TRIGGER events_no_{verb} BEFORE {verb.upper()} ON events"
    " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
    for verb in ("update", "delete")
)


@migrations()
def first_tables(db: Database) -> None:
    """Everything of version 0.1."""
    tables = (
        *("CREATE TABLE environment (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT", ORGANISATIONS, USERS),
        *(IDENTITIES, PHONES, JOBS, EVENTS, REQUESTS, FUNCTION_KEYS, CUSTOM_SETTINGS, FIRMWARE, WALKTHROUGH_RUNS),
    )
    for statement in (*tables, *INDEXES, *APPEND_ONLY):
        db.execute(statement)


# Misses that are counted: who asked for what is not theirs, and until when they are answered slowly.
FAILURES = """
CREATE TABLE failures (
    subject TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('address', 'mac')),
    count INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    last_file TEXT NOT NULL,
    throttled_until TEXT
) STRICT
"""

LEASES = "CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until TEXT NOT NULL) STRICT"

SETTINGS_VERSION = """
CREATE TABLE settings_version (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL) STRICT
"""

SETTINGS_TABLES = ("organisations", "users", "identities", "function_keys", "custom_settings", "firmware")
"""What settings files are made of, besides the phone itself."""

SETTINGS_TRIGGERS = tuple(
    f"CREATE TRIGGER {table}_{verb}_settings AFTER {verb.upper()} ON {table}"
    " BEGIN UPDATE settings_version SET number = number + 1; END"
    for table in SETTINGS_TABLES
    for verb in ("insert", "update", "delete")
)


@migrations()
def endpoint_tables(db: Database) -> None:
    """What the endpoint keeps: failures, leases, which address a phone came from, the key of its credentials."""
    for statement in (
        *(FAILURES, LEASES, SETTINGS_VERSION, "INSERT INTO settings_version VALUES (1, 1)", *SETTINGS_TRIGGERS),
        "ALTER TABLE phones ADD COLUMN secret_sent_at TEXT",
        "ALTER TABLE phones ADD COLUMN last_address TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX phones_address ON phones (last_address) WHERE last_address <> ''",
        "INSERT INTO environment VALUES ('endpoint_key', lower(hex(randomblob(32))))",
    ):
        db.execute(statement)


# The settings file that a phone has, to say what has changed since it fetched it.
LAST_FETCHED = """
CREATE TABLE last_fetched (
    phone_id INTEGER PRIMARY KEY REFERENCES phones(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    etag TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT
"""


@migrations()
def last_fetched_table(db: Database) -> None:
    """What each phone last fetched."""
    db.execute(LAST_FETCHED)


# Groups of three characters of every phone's search text, so that the few phones with a rare one are found at once.
SEARCH_INDEX = (
    "CREATE VIRTUAL TABLE phones_search USING fts5(search_text, content = 'phones', content_rowid = 'id',"
    " tokenize = 'trigram case_sensitive 1', detail = 'none', columnsize = 0)",
    "INSERT INTO phones_search (phones_search) VALUES ('rebuild')",
    "CREATE TRIGGER phones_search_insert AFTER INSERT ON phones BEGIN"
    " INSERT INTO phones_search (rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER phones_search_delete AFTER DELETE ON phones BEGIN"
    " INSERT INTO phones_search (phones_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER phones_search_update AFTER UPDATE OF search_text ON phones"
    " WHEN old.search_text <> new.search_text BEGIN"
    " INSERT INTO phones_search (phones_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
    " INSERT INTO phones_search (rowid, search_text) VALUES (new.id, new.search_text); END",
)


@migrations()
def search_index(db: Database) -> None:
    """An index for searching parts of words."""
    for statement in SEARCH_INDEX:
        db.execute(statement)


@migrations()
def firmware_progress(db: Database) -> None:
    """How often a phone fetched the file that names its selected firmware, while reporting another."""
    db.execute("ALTER TABLE phones ADD COLUMN firmware_fetches INTEGER NOT NULL DEFAULT 0")


@migrations()
def text_index(db: Database) -> None:
    """A narrow index for counting the phones whose search text holds a word that many have."""
    db.execute("CREATE INDEX phones_text ON phones (search_text, organisation_id)")


@migrations()
def open_runs_index(db: Database) -> None:
    """The few walkthroughs that nobody has ended, among all that ever were."""
    db.execute("CREATE INDEX walkthrough_runs_open ON walkthrough_runs (changed_at) WHERE ended_at IS NULL")


# Each ends in the id, the order in which history is read; what else is asked for beside it is seen without the row.
ACTIVITY_INDEXES = (
    "CREATE INDEX events_operator ON events (operator, id, kind)",
    "CREATE INDEX events_organisation ON events (organisation, id, kind, operator)",
    "CREATE INDEX events_kind ON events (kind, id)",
    "CREATE INDEX events_at ON events (at)",
)


@migrations()
def activity_indexes(db: Database) -> None:
    """Finding what somebody did, of one kind, for one organisation, or at some time, among millions of events."""
    for statement in ACTIVITY_INDEXES:
        db.execute(statement)


# Who may use the REST API. Their ids are apart from those of `users`, since both are seen as /user/{id}.
API_USERS = """
CREATE TABLE api_users (
    id INTEGER PRIMARY KEY CHECK (id > 1000000000),
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    organisation_id INTEGER REFERENCES organisations(id) ON DELETE SET NULL,
    contact TEXT NOT NULL,
    language TEXT NOT NULL,
    everywhere TEXT NOT NULL CHECK (everywhere IN ('none', 'read', 'write')),
    last_login TEXT,
    last_address TEXT NOT NULL DEFAULT ''
) STRICT
"""

API_RIGHTS = """
CREATE TABLE api_rights (
    api_user_id INTEGER NOT NULL REFERENCES api_users(id) ON DELETE CASCADE,
    organisation_id INTEGER NOT NULL REFERENCES organisations(id) ON DELETE CASCADE,
    level TEXT NOT NULL CHECK (level IN ('read', 'write')),
    PRIMARY KEY (api_user_id, organisation_id)
) STRICT
"""

# Failed logins are counted beside the misses of the endpoint; a CHECK can only be changed by a new table.
MORE_FAILURES = (
    FAILURES.replace("('address', 'mac')", "('address', 'mac', 'login address', 'login name')").replace(
        "TABLE failures", "TABLE failures_now"
    ),
    "INSERT INTO failures_now SELECT * FROM failures",
    "DROP TABLE failures",
    "ALTER TABLE failures_now RENAME TO failures",
)


@migrations()
def api_users(db: Database) -> None:
    """Users of the REST API with their rights, and their failed logins."""
    for statement in (
        *(API_USERS, API_RIGHTS, *MORE_FAILURES),
        "CREATE INDEX api_users_organisation ON api_users (organisation_id)",
        "CREATE INDEX api_rights_organisation ON api_rights (organisation_id)",
    ):
        db.execute(statement)


# REPLACE takes the old row away without asking the trigger of DELETE. Before the insertion, an id that SQLite is still
# to choose is -1; so ids below 1 are refused afterwards.
NO_REPLACING = (
    "CREATE TRIGGER events_no_replace BEFORE INSERT ON events"
    " WHEN new.id > 0 AND EXISTS (SELECT 1 FROM events WHERE id = new.id)"
    " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
    "CREATE TRIGGER events_no_odd_id AFTER INSERT ON events WHEN new.id < 1"
    " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
)


@migrations()
def history_not_replaced(db: Database) -> None:
    """What is written in the history cannot be written over either."""
    for statement in NO_REPLACING:
        db.execute(statement)
