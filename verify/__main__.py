"""`python -m verify` is `verify`."""

from verify.cli import main

main()
