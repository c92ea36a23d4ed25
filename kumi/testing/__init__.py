"""Schemas under test: what pytest is given."""
