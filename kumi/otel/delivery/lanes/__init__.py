"""Lanes: the ways in which spans get to one exporter, each named after whom it leads to.

The route takes the fastest that an exporter allows.
"""
