"""The life of the service's process: how it says that it is up, what it logs, and how it ends."""
