"""`python -m moneta` is the `moneta` command."""

import sys

from agent.cli import main

sys.exit(main())
