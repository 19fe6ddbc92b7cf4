"""`python -m cqia` is `cqia`."""

import sys

from cqia.cli import main

sys.exit(main())
