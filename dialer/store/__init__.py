"""Rows: tables, the SQL that belongs to them, and transactions that are confined to one tenant."""
