"""The doctor: checks that the installed parts offer, each with its finding and its remedy."""
