"""Ready OTLP messages on their way: where to, by which protocol, and until when."""
