"""The tables of the record.

Types and constraints are those that SQLite and PostgreSQL share; only the table of folded words differs.
"""

from __future__ import annotations

import sqlalchemy as sa

VERSION = "0012"
"""The newest migration; a record at this version needs no migrating."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("coder", sa.String, nullable=False),
    sa.Column("data", sa.String, nullable=False),
    sa.Column("started_at", sa.String, nullable=False),
    sa.Column("words", sa.Integer),
)
"""Who read: the version of the program, the hash of its data and of the words that this record adds, and up to which row of
`words` these were known; None where the run knew of no such words."""

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, index=True),
    sa.Column("hash", sa.String(64), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("published", sa.String, index=True),
    sa.Column("publisher", sa.String, index=True),
    sa.Column("url", sa.String, index=True),
    sa.Column("language", sa.String),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("previous", sa.Integer, sa.ForeignKey("documents.key")),
    sa.Column("current", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("run", sa.Integer, sa.ForeignKey("runs.key"), nullable=False),
    sa.Column("received_at", sa.String, nullable=False),
)

stories = sa.Table(
    "stories",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("published", sa.String),
    sa.Column("noise", sa.Text, nullable=False),
)

problems = sa.Table(
    "problems",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("folded", sa.String, nullable=False),
    sa.Index("ix_problems_reason", "reason", "folded", "document"),
)
"""What was odd in a report while it was read: where, why, and the words there as they are compared."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False),
    sa.Column("type", sa.String, nullable=False, index=True),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("generic", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("date_start", sa.String(10), index=True),
    sa.Column("date_end", sa.String(10), index=True),
    sa.Column("killed", sa.Integer, index=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Index("ix_events_document", "document", "confidence", "status"),
)

event_places = sa.Table(
    "event_places",
    metadata,
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False, index=True),
    sa.Column("folded", sa.String, nullable=False),
    sa.Column("country", sa.String, index=True),
    sa.Column("place", sa.String, index=True),
    sa.Index("ix_event_places_folded", "folded", "name", "event"),
)

event_parties = sa.Table(
    "event_parties",
    metadata,
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("role", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, index=True),
    sa.Column("folded", sa.String, nullable=False, index=True),
    sa.Column("country", sa.String, index=True),
    sa.Column("sector", sa.String),
)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False, index=True),
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), nullable=False, index=True),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.String),
)
_is_cited = claims.c.source.is_not(None)
sa.Index(
    "ix_claims_source",
    *(claims.c[name] for name in ("source", "event", "document")),
    sqlite_where=_is_cited,
    postgresql_where=_is_cited,
)

sketches = sa.Table(
    "sketches",
    metadata,
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False, index=True),
    sa.Column("anchor", sa.String, nullable=False, index=True),
    sa.Column("born", sa.Integer, nullable=False),
    sa.Column("incident", sa.String, sa.ForeignKey("incidents.id"), index=True),
    sa.Column("sketch", sa.Text, nullable=False),
)
"""What linking knows of each current event. `anchor` names the event through every re-reading, `born` numbers events in the
order in which they first arrived."""

report_sketches = sa.Table(
    "report_sketches",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("shingles", sa.LargeBinary, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
)

copy_bands = sa.Table(
    "copy_bands",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sqlite_with_rowid=False,
)

copies = sa.Table(
    "copies",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("other", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True, index=True),
    sa.Column("kind", sa.String, nullable=False),
)
"""Pairs of reports that are copies of one text (`copy`) or made from one template; the smaller key stands first."""

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("block", sa.BigInteger, primary_key=True),
    sa.Column("first", sa.Integer, primary_key=True),
    sa.Column("event", sa.Integer, sa.ForeignKey("events.key"), primary_key=True, index=True),
    sa.Column("last", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("left", sa.Integer, sa.ForeignKey("events.key"), primary_key=True),
    sa.Column("right", sa.Integer, sa.ForeignKey("events.key"), primary_key=True, index=True),
    sa.Column("score", sa.Float, nullable=False),
)
"""Pairs of events that the machine holds for one incident, with the log-odds; the smaller key stands first."""

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("type", sa.String, nullable=False, index=True),
    sa.Column("date_start", sa.String(10), index=True),
    sa.Column("date_end", sa.String(10), index=True),
    sa.Column("killed", sa.Integer, index=True),
    sa.Column("reports", sa.Integer, nullable=False),
    sa.Column("sources", sa.Integer, nullable=False),
    sa.Column("contradicted", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("verdict", sa.String),
    sa.Column("country", sa.String),
    sa.Column("lat", sa.Float),
    sa.Column("lon", sa.Float),
    sa.Column("level", sa.String),
    sa.Column("harmed", sa.Integer),
    sa.Column("priority", sa.Float, index=True),
    sa.Column("incident", sa.Text, nullable=False),
    sa.Column("modes", sa.String),
    sa.Index("ix_incidents_country", "country", "date_start"),
    sa.Index(
        "ix_incidents_glance",
        *("id", "type", "date_start", "date_end", "killed", "verdict", "contradicted", "country"),
        *("lat", "lon", "level", "harmed", "priority", "modes"),
    ),
)
"""Incidents as last resolved; `verdict` is confirmed or rejected where a person judged so. `country`, `lat`, `lon` and
`level` are those of the first place, `harmed` how many were killed and injured, `priority` how soon a person should look,
`modes` those of its events with a space between."""

touched = sa.Table(
    "touched",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("incident", sa.String, nullable=False),
)
"""The incidents that were written or deleted, in that order, so that whoever holds them in memory knows which to read anew.
The log is cut when all are built anew; its last row always stays."""

redirects = sa.Table(
    "redirects",
    metadata,
    sa.Column("old", sa.String, primary_key=True),
    sa.Column("new", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("incident", sa.String, nullable=False, index=True),
    sa.Column("other", sa.String, nullable=False, index=True),
    sa.Column("cause", sa.String),
)
"""The log of splits and merges: `incident` was merged into or split off from `other`; `cause`: the report or judgement."""

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("left_report", sa.String, nullable=False, index=True),
    sa.Column("left_seats", sa.Text, nullable=False),
    sa.Column("right_report", sa.String, index=True),
    sa.Column("right_seats", sa.Text),
    sa.Column("field", sa.String),
    sa.Column("value", sa.Integer),
    sa.Column("reason", sa.Text),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("judgements.key")),
    sa.Column("detail", sa.Text),
)
"""What people judged, never changed: a later row may undo an earlier one. Events are named by their report and the words
of their mentions, so that a judgement outlives another reading. `detail` is what a person said of words of the text."""

machine_readings = sa.Table(
    "machine_readings",
    metadata,
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), primary_key=True),
    sa.Column("reading", sa.Text, nullable=False),
)
"""What the machine read in reports whose events people corrected, so that each correction can be taken back."""

words = sa.Table(
    "words",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("entry", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("words.key")),
)
"""Actors, places and names that people add to the lexicon for this record, never changed: a later row may undo an earlier
one."""

policies = sa.Table(
    "policies",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("policy", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("policies.key")),
)
"""Publication policies that people saved for this record, never changed: the last that no later row undoes holds."""

agreements = sa.Table(
    "agreements",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("agreement", sa.Integer, sa.ForeignKey("agreements.key"), index=True),
    sa.Column("terms", sa.Text),
    sa.Column("day", sa.String(10)),
    sa.Column("reason", sa.Text),
)
"""What people registered of agreements, never changed: a row that adds one gives its terms, later rows end it on a `day` or
remove it. An agreement is known by the key of the row that added it."""

received = sa.Table(
    "received",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("stamp", sa.LargeBinary),
)
"""The bytes of reports as they arrived, each once, named by their SHA-256 and compressed; `size` is that of the bytes as
they arrived; `stamp` an RFC 3161 time-stamp of the hash."""

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("documents.key"), nullable=False, index=True),
    sa.Column("received", sa.String(64), sa.ForeignKey("received.hash"), nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("headers", sa.Text, nullable=False),
    sa.Column("beside", sa.Text, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("extractor", sa.String, nullable=False),
    sa.Column("dated_by", sa.String),
    sa.Column("author", sa.Text),
    sa.Column("marks", sa.Text, nullable=False),
)
"""How the text of a report came to be: from which bytes, of which kind, found at which `place` (file, line, member,
address), with what was known `beside` them, by which version of the extractor; `dated_by` says how the publication date is
known, `marks` what is odd about the text (a stub, an excerpt)."""

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("next_at", sa.String, nullable=False),
    sa.Column("tried_at", sa.String),
    sa.Column("succeeded_at", sa.String),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("problem", sa.Text),
)
"""What is watched, and how it fares: `failures` in a row since the last success, `items` taken in all."""

feed_items = sa.Table(
    "feed_items",
    metadata,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("feed", sa.String, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("stated", sa.Text),
    sa.Column("next_at", sa.String, nullable=False, index=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
)
"""The addresses that watched feeds led to: still to fetch, fetched or given up; `stated` is what the feed said of it."""

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False, unique=True),
    sa.Column("password", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("active", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("totp", sa.String),
    sa.Column("totp_on", sa.Boolean(create_constraint=False)),
    sa.Column("totp_step", sa.Integer),
)
"""People who may use the desk from another machine; `password` is an Argon2 hash, `role` reader, coder, editor or admin.
`totp` is the secret of a second factor, asked for at login once `totp_on`; `totp_step` the time step of the last code that
was taken, none of which is taken twice."""

recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("account", sa.Integer, sa.ForeignKey("accounts.key"), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),
)
"""What lets a person in who lost the second factor, each once, known by its hash alone."""

passes = sa.Table(
    "passes",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.Integer, sa.ForeignKey("accounts.key"), nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("name", sa.String),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("until", sa.String),
    sa.Column("scopes", sa.String),
)
"""What lets a person in without a password, known by its hash alone: a `session` of the desk, a `token` for programs with
its `scopes` set apart by blanks, a `half` session that still owes the second factor."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("target", sa.String),
    sa.Column("details", sa.Text),
)
"""Who did what on the desk: every change, export and login. Rows are only ever added."""

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.String, nullable=False),
    sa.Column("policy", sa.String, nullable=False),
    sa.Column("private", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("active", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("seen_report", sa.Integer, nullable=False),
    sa.Column("seen_judgement", sa.Integer, nullable=False),
    sa.Column("seen_change", sa.Integer, nullable=False),
)
"""Who is told of new and changed incidents: where, under which publication policy, whether at a private address, signed with
`secret`; and up to which report, judgement, merge or split it was looked what there is to tell."""

webhook_incidents = sa.Table(
    "webhook_incidents",
    metadata,
    sa.Column("hook", sa.Integer, sa.ForeignKey("webhooks.key"), primary_key=True),
    sa.Column("incident", sa.String, primary_key=True),
    sa.Column("digest", sa.String(64)),
    sa.Column("again_at", sa.String, index=True),
)
"""What a webhook was told last of an incident, by its hash (None: nothing yet), and when to look again at one whose time has
not come."""

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("hook", sa.Integer, sa.ForeignKey("webhooks.key"), nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("incident", sa.String, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", sa.String),
    sa.Column("status", sa.Integer),
    sa.Column("problem", sa.Text),
    sa.Index("ix_deliveries_state", "state", "next_at"),
)
"""What webhooks are told: `waiting`, `done` or given `up`, after so many `tries`, with the last HTTP `status` or what went
wrong."""

document_words = sa.table("document_words", sa.column("rowid"), sa.column("words"))
"""Folded text, searched by pieces of words: a full-text index (FTS5) on SQLite, a plain table with an index of three-letter
pieces on PostgreSQL. Its rows are numbered by `documents.key`."""
