"""`python -m kumi` is `kumi`."""

from kumi.cli.main import main

main()
