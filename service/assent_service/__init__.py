"""The process around the engine: composition root, doors and command line."""
