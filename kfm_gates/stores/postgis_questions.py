"""What is asked of PostgreSQL: what a schema is made of, and what its relations hold.

Everything is read from one snapshot of the database. Names are compared as PostgreSQL stores them. What a
statement returns is text, numbers and nulls, in an order of its own, so that one state has one digest.
"""

from __future__ import annotations

IDENTITY = """
SELECT system_identifier::text, pg_catalog.current_database()::text FROM pg_catalog.pg_control_system()"""

SETTINGS = (
    "SET LOCAL search_path = pg_catalog",
    "SET LOCAL row_security = off",  # a row that a policy hides is an error, not an absent row
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL xmlbinary = 'base64'",
    "SET LOCAL lc_monetary = 'C'",
    "SET LOCAL quote_all_identifiers = off",
    "SET LOCAL lock_timeout = '2s'",
)
"""What decides how values are written as text, and what must not be waited for or left out in silence."""

SCHEMA = """
SELECT n.oid::text, pg_catalog.pg_get_userbyid(n.nspowner)::text, n.nspacl::text
FROM pg_catalog.pg_namespace n WHERE n.nspname = :schema"""

RELATIONS = """
SELECT c.relname::text, c.relkind::text, c.relispopulated
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (c.relname = :relation OR :relation = '') ORDER BY c.relname COLLATE "C" """

_OF_RELATION = """
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = :schema AND (c.relname = :relation OR :relation = '')"""

STRUCTURE = {
    "relations": f"""
SELECT c.relname::text, c.relkind::text, pg_catalog.pg_get_userbyid(c.relowner)::text, c.relacl::text,
  c.relpersistence::text, c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text,
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END,
  CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
  pg_catalog.pg_get_expr(c.relpartbound, c.oid)
FROM pg_catalog.pg_class c {_OF_RELATION} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
ORDER BY c.relname COLLATE "C" """,
    "columns": f"""
SELECT c.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)::text, a.attnotnull,
  pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
  a.attcollation::regcollation::text, a.attacl::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
{_OF_RELATION} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
ORDER BY c.relname COLLATE "C", a.attnum""",
    "indexes": f"""
SELECT c.relname::text, pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisprimary
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
{_OF_RELATION} ORDER BY c.relname COLLATE "C", 2""",
    "constraints": f"""
SELECT c.relname::text, k.conname::text, pg_catalog.pg_get_constraintdef(k.oid), k.convalidated
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
{_OF_RELATION} ORDER BY c.relname COLLATE "C", k.conname COLLATE "C" """,
    "triggers": f"""
SELECT c.relname::text, t.tgname::text, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
{_OF_RELATION} ORDER BY c.relname COLLATE "C", t.tgname COLLATE "C" """,
    "rules": f"""
SELECT c.relname::text, r.rulename::text, pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename <> '_RETURN'
{_OF_RELATION} ORDER BY c.relname COLLATE "C", r.rulename COLLATE "C" """,
    "policies": f"""
SELECT c.relname::text, y.polname::text, y.polcmd::text, y.polpermissive, y.polroles::regrole[]::text,
  pg_catalog.pg_get_expr(y.polqual, y.polrelid), pg_catalog.pg_get_expr(y.polwithcheck, y.polrelid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_policy y ON y.polrelid = c.oid
{_OF_RELATION} ORDER BY c.relname COLLATE "C", y.polname COLLATE "C" """,
    "functions": """
SELECT p.proname::text, pg_catalog.pg_get_function_identity_arguments(p.oid), p.prokind::text, p.proacl::text,
  CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = :schema AND :relation = '' ORDER BY p.proname COLLATE "C", 2""",
    "enumerations": """
SELECT t.typname::text, e.enumlabel::text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = :schema AND :relation = '' ORDER BY t.typname COLLATE "C", e.enumsortorder""",
}
"""What a schema, or one relation of it, is made of; values of sequences are not part of it."""


def content(schema: str, relation: str) -> str:
    """The rows of a relation as a multiset: their SHA-256 digests sorted, in 256 parts by the first byte.

    No part grows beyond what one value may hold (1 GB) below eight thousand million rows.
    """
    return f"""
SELECT pg_catalog.get_byte(x.h, 0)::int, pg_catalog.count(*)::bigint,
  pg_catalog.encode(pg_catalog.sha256(pg_catalog.string_agg(x.h, ''::bytea ORDER BY x.h)), 'hex')
FROM (SELECT pg_catalog.sha256(pg_catalog.convert_to(ROW(kfm_gates_row.*)::text, 'UTF8')) AS h
      FROM {quoted(schema)}.{quoted(relation)} AS kfm_gates_row) AS x
GROUP BY 1 ORDER BY 1"""


def quoted(name: str) -> str:
    """A name as PostgreSQL quotes it."""
    return '"' + name.replace('"', '""') + '"'
