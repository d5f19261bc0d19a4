"""The owner's desk: carries out every operation of the owner, whichever way it was asked."""
