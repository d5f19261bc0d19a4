"""Fuzzing of the parser, the validator and the interpreter, guided by what the code does."""
