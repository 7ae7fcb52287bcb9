"""A load is all or nothing, says what it did, and keeps the rules of the canonical tables."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from connectors.errors import InvalidTable, SourceUnavailable
from connectors.loading.load import InvalidLoad
from tests.connectors.tiny_company import ORDERS, TinyCompany


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# All or nothing


def test_a_failed_load_leaves_the_old_store_byte_for_byte_and_nothing_beside(tiny: TinyCompany) -> None:
    tiny.load()
    before = digest(tiny.store)
    tiny.write("orders.csv", ORDERS.replace("2.50", "dear"))
    tiny.faults()
    assert digest(tiny.store) == before
    assert list(tiny.left_behind()) == []


def test_a_load_that_works_leaves_nothing_beside(tiny: TinyCompany) -> None:
    tiny.load()
    assert list(tiny.left_behind()) == []


def test_a_reader_keeps_what_it_opened_and_the_next_gets_the_new(tiny: TinyCompany) -> None:
    tiny.load()
    with duckdb.connect(tiny.store, read_only=True) as reader:
        tiny.write("orders.csv", ORDERS + "C,1,C1,007,2026-06-29,2026-06-30,2026-06-30,1,1,1\n")
        tiny.load()
        assert reader.execute("SELECT count(*) FROM order_lines").fetchone() == (3,)
    assert tiny.rows("SELECT count(*) FROM order_lines") == [(4,)]


def test_another_company_s_store_is_not_replaced_unless_asked(tiny: TinyCompany) -> None:
    tiny.load()
    before = digest(tiny.store)
    tiny.mapping["company"] = "Other"
    with pytest.raises(InvalidTable, match="holds the data of Tiny, the load is for Other"):
        tiny.load()
    assert digest(tiny.store) == before
    assert tiny.load(replace=True).company == "Other"


def test_a_file_that_is_no_store_is_never_replaced(tiny: TinyCompany) -> None:
    tiny.store.write_text("my only copy")
    with pytest.raises(InvalidTable, match="is not a plan store and stays as it is"):
        tiny.load(replace=True)
    assert tiny.store.read_text() == "my only copy"


def test_a_store_that_is_a_folder_is_refused(tiny: TinyCompany) -> None:
    tiny.store.mkdir()
    with pytest.raises(InvalidTable, match="is a folder"):
        tiny.load()


def test_a_second_load_at_the_same_time_is_refused(tiny: TinyCompany) -> None:
    seen: list[str] = []

    def load_again(message: str) -> None:
        if message == "Publishing":
            with pytest.raises(SourceUnavailable, match=r"Another load into .* is running"):
                tiny.load()
            seen.append(message)

    tiny.load(progress=load_again)
    assert seen == ["Publishing"]
    tiny.load()  # the lock is gone with the load


def test_a_lock_file_left_by_a_dead_process_does_not_lock(tiny: TinyCompany) -> None:
    tiny.store.with_name(".store.duckdb.lock").write_text("")
    tiny.load()
    assert list(tiny.left_behind()) == []


def test_a_killed_load_is_cleaned_up_by_the_next(tiny: TinyCompany) -> None:
    tiny.load()
    before = digest(tiny.store)
    script = textwrap.dedent(
        f"""
        import time
        from datetime import UTC, datetime
        from pathlib import Path
        from connectors.loading.load import load
        def stop(message):
            if message == "Checking the tables":
                print("here", flush=True)
                time.sleep(60)
        load(Path({str(tiny.folder.parent / "mapping.yaml")!r}), Path({str(tiny.store)!r}),
             source=Path({str(tiny.folder)!r}), now=datetime(2026, 7, 2, tzinfo=UTC), progress=stop)
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        os.kill(process.pid, signal.SIGKILL)
    assert digest(tiny.store) == before
    assert list(tiny.left_behind()) != []
    tiny.load()
    assert list(tiny.left_behind()) == []


def test_a_folder_that_cannot_be_made_is_told(tiny: TinyCompany) -> None:
    tiny.store = tiny.folder / "orders.csv" / "store.duckdb"
    with pytest.raises(SourceUnavailable, match="cannot be written"):
        tiny.load()


def test_a_held_lock_is_seen_across_processes(tiny: TinyCompany) -> None:
    lock = tiny.store.with_name(".store.duckdb.lock")
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SourceUnavailable):
            tiny.load()
    assert not tiny.store.exists()


# What a store says of itself


def test_the_store_holds_the_mapped_columns_in_their_types(tiny: TinyCompany) -> None:
    tiny.columns("products")["brand"] = "name"
    tiny.load()
    found = {name: kind for name, kind, *_ in tiny.rows("DESCRIBE order_lines")}
    assert found == {
        "order_id": "VARCHAR", "line_number": "BIGINT", "customer_id": "VARCHAR", "product_id": "VARCHAR",
        "ordered_on": "DATE", "promised_on": "DATE", "delivered_on": "DATE", "ordered_units": "DOUBLE",
        "delivered_units": "DOUBLE", "unit_price": "DOUBLE", "market_id": "VARCHAR",
    }  # fmt: skip
    assert tiny.rows("SELECT product_id, brand FROM products ORDER BY 1") == [("007", "Milk"), ("008", "Tea")]


def test_the_derived_history_has_canonical_types(tiny: TinyCompany) -> None:
    tiny.load()
    found = {name: kind for name, kind, *_ in tiny.rows("DESCRIBE demand_history")}
    assert found == {
        "product_id": "VARCHAR", "market_id": "VARCHAR", "period": "DATE", "ordered_units": "DOUBLE",
        "shipped_units": "DOUBLE", "revenue": "DOUBLE",
    }  # fmt: skip


def test_the_store_says_whose_it_is_and_from_when(tiny: TinyCompany) -> None:
    tiny.mapping |= {"fiscal_year_start_month": "4", "complete_through": "2026-06-29"}
    report = tiny.load()
    info = tiny.info()
    assert info | {"data_version": "", "warnings": "", "warning_details": ""} == {
        "company": "Tiny",
        "currency": "EUR",
        "data_version": "",
        "loaded_at": "2026-07-02T06:00:00Z",
        "as_of": "2026-06-30",
        "complete_through": "2026-06-29",
        "fiscal_year_start_month": "4",
        "warnings": "",
        "warning_details": "",
        "derived_tables": '["demand_history"]',
    }
    assert info["data_version"] == report.data_version
    time_part, content = report.data_version.split("#")
    assert time_part == "2026-07-02T06:00:00Z"
    assert len(content) >= 4
    assert int(content, 16) >= 0


def test_the_data_version_changes_with_the_content_and_not_with_the_order_of_rows(tiny: TinyCompany) -> None:
    first = tiny.load().data_version
    header, *lines = ORDERS.splitlines(keepends=True)
    tiny.write("orders.csv", header + "".join(reversed(lines)))
    assert tiny.load().data_version == first
    tiny.write("orders.csv", ORDERS.replace("2.50", "2.51"))
    assert tiny.load().data_version != first


def test_a_line_without_a_market_takes_its_customer_s(tiny: TinyCompany) -> None:
    tiny.write(
        "orders.csv",
        ORDERS.replace("shipped,price", "shipped,price,market")
        .replace("2.50\n", "2.50,S\n")
        .replace("1.00\n", "1.00,\n")
        .replace("2.00\n", "2.00,\n"),
    )
    tiny.columns("order_lines")["market_id"] = "market"
    tiny.load()
    assert tiny.rows("SELECT order_id, line_number, market_id FROM order_lines ORDER BY ALL") == [
        ("A", 1, "S"),
        ("A", 2, "N"),
        ("B", 1, "S"),
    ]


def test_identifiers_keep_their_leading_zeros(tiny: TinyCompany) -> None:
    tiny.load()
    assert tiny.rows("SELECT DISTINCT product_id FROM order_lines ORDER BY 1") == [("007",), ("008",)]


def test_unknown_stays_null(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2.50", "").replace("2026-05-11,2026-05-11", ",2026-05-11"))
    tiny.load()
    query = "SELECT unit_price, promised_on FROM order_lines WHERE order_id = 'A' AND line_number = 1"
    assert tiny.rows(query) == [(None, None)]


def test_rows_set_aside_are_counted_with_their_reason(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS + ",,,,,,,,,\nTEST,1,,,,,,x,,\n")
    tiny.mapping["tables"]["order_lines"]["set_aside"] = [{"when": 'order == "TEST"', "why": "test orders"}]
    report = {table.name: table for table in tiny.load().tables}["order_lines"]
    assert (report.rows_read, report.rows_kept) == (5, 3)
    assert report.set_aside == ((1, "empty rows"), (1, "test orders"))


def test_meetings_and_documents_are_handed_back_and_not_stored(tiny: TinyCompany) -> None:
    tiny.write("meetings.csv", "id,kind,cycle,day,title\nM1,demand,2026-06,2026-06-08,June demand\n")
    (tiny.folder / "minutes").mkdir()
    tiny.write("minutes/M1.md", '# Minutes\n\nWe agreed, "finally".\n')
    tiny.mapping["tables"] |= {
        "meetings": {
            "source": "meetings.csv",
            "columns": {
                "meeting_id": "id",
                "meeting_kind": "kind",
                "cycle": "cycle",
                "held_on": "day",
                "title": "title",
            },
        },
        "meeting_documents": {
            "source": "minutes",
            "columns": {
                "document_id": "file_name",
                "meeting_id": {"expression": 'replace(file_name, ".md", "")'},
                "document_kind": {"constant": "minutes"},
                "title": "file_name",
                "body": "text",
            },
        },
    }
    report = tiny.load()
    meetings, documents = report.workspace_frames["meetings"], report.workspace_frames["meeting_documents"]
    assert meetings.to_dict("records")[0]["meeting_id"] == "M1"
    assert documents.to_dict("records")[0]["body"] == '# Minutes\n\nWe agreed, "finally".'
    assert tiny.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'meeting%'") == [(0,)]
    tiny.write("minutes/M2.md", "# Minutes of no meeting\n")
    fault = tiny.fault()
    assert (fault.table, fault.column, fault.problem) == (
        "meeting_documents",
        "meeting_id",
        "not found in meetings",
    )


def test_the_message_of_a_failed_load_lists_every_fault(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2.50", "dear").replace("007,2026-06", "009,2026-06"))
    with pytest.raises(InvalidLoad) as caught:
        tiny.load()
    assert caught.value.message == (
        "Tiny was not loaded, 2 faults found; the store is as it was before.\n"
        "  order_lines.unit_price: not a finite number (decimal sign '.'; set `decimal`, `thousands` or "
        "`null_values` if it should be one): orders.csv row 2: 'dear'\n"
        "  order_lines.product_id: not found in products: orders.csv row 4: '009'"
    )


def test_warnings_are_stored_as_texts_and_in_detail(tiny: TinyCompany) -> None:
    tiny.write("orders.csv", ORDERS.replace("2026-06-29", "2026-08-29"))
    report = tiny.load()
    assert report.warnings == ("Order lines that are dated after the day of the load (2026-07-02): 1.",)
    assert json.loads(tiny.info()["warnings"]) == list(report.warnings)
    assert json.loads(tiny.info()["warning_details"])[0]["code"] == "future_orders"
