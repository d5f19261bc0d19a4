"""The bridge: a client's standard input and output, pumped to the agent door and back.

Its modules import little, and nothing of the engine: each connected client pays for one process.
"""
