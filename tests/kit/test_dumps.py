"""A script by pg_dump is taken apart as psql would read it, without psql's obedience."""

import pytest

from app.kit.dumps import Rows, Unreadable, pieces

END = "--\n-- PostgreSQL database dump complete\n--\n"


def read(script: str):
    """The pieces, with rows as (COPY, text)."""
    lines = script.encode().splitlines(keepends=True)
    return [
        (one.copy.decode(), b"".join(one.lines).decode()) if isinstance(one, Rows) else one.decode()
        for one in pieces(lines)
    ]


def test_statements_and_rows_come_in_their_order():
    script = (
        "CREATE TABLE public.a (\n    x text\n);\n"
        "COPY public.a (x) FROM stdin;\none\n\\N\n\\\\x\n\\.\n"
        "ALTER TABLE ONLY public.a ADD PRIMARY KEY (x);\n" + END
    )
    assert read(script) == [
        "CREATE TABLE public.a (\n    x text\n);\n",
        ("COPY public.a (x) FROM stdin;\n", "one\n\\N\n\\\\x\n"),
        "ALTER TABLE ONLY public.a ADD PRIMARY KEY (x);\n" + END,
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ALTER TABLE public.a OWNER TO somebody;",
        "GRANT ALL ON SCHEMA public TO anon;",
        "REVOKE USAGE ON SCHEMA public FROM PUBLIC;",
        "ALTER DEFAULT PRIVILEGES FOR ROLE x GRANT ALL ON TABLES TO y;",
        "SET transaction_timeout = 0;",
        "\\restrict Ab3",
        "\\unrestrict Ab3",
    ],
)
def test_what_speaks_of_the_other_server_is_left_out(line):
    assert read(f"{line}\nSET x = 1;\n{END}") == [f"SET x = 1;\n{END}"]


def test_what_looks_like_it_inside_of_rows_is_kept():
    rows = "GRANT all;\n\\\\connect x\nINSERT INTO y\nCREATE SCHEMA z;\n"
    found = read(f"COPY public.a (x) FROM stdin;\n{rows}\\.\n{END}")
    assert found[1] == ("COPY public.a (x) FROM stdin;\n", rows)


def test_a_schema_that_is_there_already_is_no_trouble():
    assert read(f"CREATE SCHEMA public;\n{END}")[0].startswith("CREATE SCHEMA IF NOT EXISTS public")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("CREATE TABLE a (x text);\n", "ends before the dump does"),
        ("COPY a (x) FROM stdin;\none\n", "ends in the middle of a table"),
        (f"COPY a (x) FROM stdin;\none\n{END}", "ends in the middle of a table"),
        (f"\\connect gatehouse\n{END}", "without --create"),
        (f"\\! true\n{END}", "without --create"),
        (f"INSERT INTO public.a VALUES (1);\n{END}", "without --inserts"),
    ],
)
def test_what_is_not_whole_or_leads_elsewhere_is_refused(script, said):
    with pytest.raises(Unreadable, match=said):
        read(script)
