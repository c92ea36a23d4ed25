"""What a sampler says of runs without a parent, where it says the same of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.sampling import ParentBased, StaticSampler

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.sampling import Sampler


def root_sampling(sampler: Sampler) -> bool | None:
    """Whether root runs are sampled; None where the sampler must be asked about each."""
    if type(sampler).should_sample is ParentBased.should_sample:
        sampler = sampler._root  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name
    if type(sampler).should_sample is StaticSampler.should_sample:
        return bool(sampler._decision.is_sampled())  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    return None
