"""Exporters: JSON Lines and OTLP. Each takes blocks of Kumi's spans, and ordinary spans."""
