"""The owner door's messages: what a client may ask, what it is answered, and what it is told."""
