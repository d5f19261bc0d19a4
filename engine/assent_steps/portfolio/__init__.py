"""Portfolio arithmetic on the owner's own rules: drift, rebalancing, harvesting."""
