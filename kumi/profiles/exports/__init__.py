"""Profiles as files of other programs, a format a file.

Each is written from an `OpenedProfile`, which reads the profile as reports do. `call_stacks` is
what the formats of stacks share (`folded_stacks`, `speedscope`, `pprof`); `trace_json` draws the
runs as they came, on `tracks`. `whole_file` puts a file in its place when it is whole. Which name
asks for which format, `kumi.cli.export_formats` says: there is one more, OTLP, in `kumi.replay`.
"""
