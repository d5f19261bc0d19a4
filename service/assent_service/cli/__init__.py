"""The command line: `assent`."""
