"""The command line as a module: how the service is started, wherever the script may lie."""

from assent_service.entry import main

main()
