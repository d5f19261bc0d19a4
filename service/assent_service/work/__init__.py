"""The work of a service: its engine with everything that keeps it going by itself."""
