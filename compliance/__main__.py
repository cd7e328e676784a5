"""`python -m compliance` is `synthgate`."""

from compliance.cli import main

main()
