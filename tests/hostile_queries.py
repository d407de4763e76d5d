"""Queries of someone who means harm, each with what Postgres says to it (one of several words, for its versions)."""

from __future__ import annotations

from sqlalchemy import Engine

from db.reader import answering
from pipeline.errors import UserError

HOSTILE = {
    # out of the role
    "select set_config('role', 'none', false)": "cannot set parameter",
    "select set_config('role', 'none', true), query_to_xml('select 1 from ingest.page', true, true, '')": "cannot set",
    "select set_config('session_authorization', 'boss', false)": "cannot set|denied|does not exist",
    "select set_config('session_replication_role', 'replica', false)": "permission denied",
    "reset role": "no rows",
    "set role none": "no rows",
    "set session authorization default": "no rows",
    "discard all": "no rows",
    "do $$ begin execute 'reset role'; end $$": "no rows",
    "call news.nothing()": "does not exist",
    "select 1; reset role": "multiple commands",
    "commit; select 1": "multiple commands",
    "rollback": "no rows",
    # out of the transaction
    "select set_config('transaction_read_only', 'off', false)": "read-write mode",
    "set transaction read write": "no rows",
    # behind the views
    "select * from ingest.article": "permission denied for schema ingest",
    "select query_to_xml('select * from ingest.page', true, true, '')": "permission denied",
    "select table_to_xml('ingest.page', true, true, '')": "permission denied",
    "select schema_to_xml('ingest', true, true, '')": "permission denied",
    "select * from ts_stat('select null::tsvector from ingest.page')": "permission denied",
    "select * from pg_authid": "permission denied",
    "select * from pg_shadow": "permission denied",
    "select * from public.newsfold_version": "permission denied",
    "select current_setting('data_directory')": "permission denied|superuser|pg_read_all_settings",
    "table ingest.page": "permission denied",
    "explain analyze select * from ingest.page": "permission denied",
    # the disk and the network
    "select pg_read_file('/etc/passwd')": "permission denied",
    "select pg_read_binary_file('/etc/passwd')": "permission denied",
    "select pg_ls_dir('/')": "permission denied",
    "select pg_stat_file('/etc/passwd')": "permission denied",
    "select lo_import('/etc/passwd')": "permission denied|read-only",
    "select lo_export(1, '/tmp/x')": "permission denied|read-only",
    "copy (select 1) to '/tmp/x'": "no rows",
    "copy (select 1) to program 'id'": "no rows",
    "copy (select 1) to stdout": "no rows",
    "select * from dblink('host=127.0.0.1', 'select 1') as t (n int)": "does not exist",
    "load 'auto_explain'": "no rows",
    # the server
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()": "permission denied|must be",
    "select pg_cancel_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()": "permission denied|must be",
    "select pg_reload_conf()": "permission denied",
    "select pg_switch_wal()": "permission denied",
    "alter system set work_mem = '1GB'": "no rows",
    "select pg_sleep(30)": "statement timeout",
    "select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b": "statement timeout",
    "select set_config('statement_timeout', '0', false), count(*) "
    "from generate_series(1, 100000) a, generate_series(1, 100000) b": "statement timeout",
    # writing
    "select nextval('ingest.page_id_seq')": "permission denied",
    "select setval('ingest.page_id_seq', 1)": "permission denied",
    "with d as (delete from news.pages returning 1) select * from d": "permission denied|cannot|must not",
    "insert into ingest.story default values returning 1": "permission denied",
    "select 1 into temporary t": "no rows",
    "create temporary table t (n int)": "no rows",
    "create table t as select 1 as n": "no rows",
    "select * from news.pages for update": "permission denied|read-only",
    "lock table news.pages": "no rows",
    "notify bees": "no rows",
    "listen bees": "no rows",
    "prepare p as select 1": "no rows",
    "declare c cursor for select 1": "no rows",
    "vacuum": "no rows",
}


def let_through(engine: Engine) -> dict[str, str]:
    """The hostile queries that were answered, or refused with other words than expected, and what was said."""
    passed = {}
    for query, says in HOSTILE.items():
        try:
            with answering(engine, query, timeout_seconds=1) as answer:
                passed[query] = str(list(answer.rows))
        except UserError as exc:
            if "\n" in str(exc) or not any(part in exc.problem for part in says.split("|")):
                passed[query] = exc.problem
    return passed
