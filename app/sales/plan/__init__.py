"""Payment plans: what is paid of a contract in which parts, and when each of them is due."""
