"""Webhooks: the third listener, on the loopback interface, for whoever has a webhook's secret."""
