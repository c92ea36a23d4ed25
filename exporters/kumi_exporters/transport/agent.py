"""How we introduce ourselves to receivers, as the specification of OTLP exporters asks."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.common.version import __version__ as encoder_version

from kumi.version import __version__

USER_AGENT = f"kumi/{__version__} OTel-OTLP-Exporter-Python/{encoder_version}"
