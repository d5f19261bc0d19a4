"""HTTP as every door of the service speaks it: bounded in connections, size and time."""
