"""Schemas under test: what pytest is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from kumi.testing.block_counts import BlockCounts


class KumiProfile(Protocol):
    """What the fixture `kumi_profile` gives: a block that counts what runs inside of it."""

    def __call__(self) -> AbstractContextManager[BlockCounts]:
        """Begin to count."""
