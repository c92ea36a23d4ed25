"""Recorded spans, sent to an OTLP backend. The files stand here in the order of the data.

`described` remembers what a profile says once: resources and programs. Lines of our own format are
read many at a time (`whole_runs`), all others one by one (`lone_lines`, which has their spans from
`run_spans` and `other_spans`; `placement` is what these share). `parcels` is what is read and sent
together, `messages` makes OTLP of it, and `replaying` sends that, at the pace that was asked for.
`otlp_json` writes it to a file instead, as OTLP's JSON, which `otlp_values` makes.
"""
