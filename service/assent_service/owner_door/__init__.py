"""The owner door: HTTP and WebSocket for the owner's own programs, and for nobody else."""
