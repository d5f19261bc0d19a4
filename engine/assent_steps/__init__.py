"""The step library: market, broker, trade, portfolio, notify, and the paper broker below them."""
