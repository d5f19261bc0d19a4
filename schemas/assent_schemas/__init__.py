"""The contract: policy documents, states, triggers, statuses and errors; a leaf."""
