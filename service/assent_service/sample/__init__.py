"""Sample holdings and prices, invented for the demo."""
