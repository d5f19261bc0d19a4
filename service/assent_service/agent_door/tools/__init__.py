"""What each tool takes, tells and does: a module for each thing that tools are about."""
