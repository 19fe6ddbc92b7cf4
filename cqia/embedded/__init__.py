"""PostgreSQL and Redis of our own, for a machine that has neither: `cqia up` starts and keeps them."""
