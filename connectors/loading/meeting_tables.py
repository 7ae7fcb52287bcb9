"""The two tables of a mapping that go to the workspace instead of the plan store."""

from __future__ import annotations

from connectors.tables import TABLES, CanonicalTable, Column, Kind

MEETING_TABLES: dict[str, CanonicalTable] = {
    "meetings": CanonicalTable(
        "meetings",
        "one meeting of the planning process",
        "the meetings that were held",
        (
            Column("meeting_id", Kind.TEXT, "meeting id", key=True, required=True),
            Column(
                "meeting_kind",
                Kind.TEXT,
                "kind of the meeting",
                required=True,
                values=("demand", "supply", "alignment", "executive"),
            ),
            Column("cycle", Kind.PERIOD, "planning cycle", required=True),
            Column("held_on", Kind.DATE, "day of the meeting", required=True),
            Column("title", Kind.TEXT, "title", required=True),
        ),
    ),
    "meeting_documents": CanonicalTable(
        "meeting_documents",
        "one document of one meeting",
        "minutes, transcripts and notes of meetings",
        (
            Column("document_id", Kind.TEXT, "document id", key=True, required=True),
            Column("meeting_id", Kind.TEXT, "meeting", required=True, references="meetings"),
            Column(
                "document_kind",
                Kind.TEXT,
                "kind of the document",
                required=True,
                values=("minutes", "transcript", "pre_read", "note"),
            ),
            Column("title", Kind.TEXT, "title", required=True),
            Column("body", Kind.TEXT, "text of the document", required=True),
        ),
    ),
}

LOADABLE: dict[str, CanonicalTable] = {**TABLES, **MEETING_TABLES}
