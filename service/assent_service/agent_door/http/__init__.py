"""Streamable HTTP on the loopback interface, for clients that cannot start a program."""
