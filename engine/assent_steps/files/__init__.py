"""Reading a person's CSV files: bounded, strict, every fault named by line and column."""
