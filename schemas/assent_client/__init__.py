"""The one client of the owner door: `assent_client.client.connected` opens it by the home alone."""
