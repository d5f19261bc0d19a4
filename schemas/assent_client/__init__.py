"""The one client of the owner door; it arrives with the service that opens that door."""
