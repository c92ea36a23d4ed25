"""Profiles too large for one machine: counted where they are, by Spark or by ClickHouse."""
