"""Codes of the owner door and of the service behind it."""

from assent_schemas.error_catalogue.row import Row

ROWS = (
    Row(
        "door.token",
        "Not the owner's token",
        "The door opens to who can read the token in the home; this one is wrong or missing.",
        "Read it anew: the service makes another one at each start.",
    ),
    Row(
        "door.stranger",
        "Another user",
        "The other end of the socket belongs to somebody else than who runs the service.",
        "Use your own service and your own home.",
    ),
    Row(
        "door.host",
        "Not for browsers",
        "The owner door answers to its own clients, never to a page in a browser.",
        "Use the command line or the tray.",
    ),
    Row(
        "door.version",
        "Other messages",
        "Client and service are of versions that would misread each other.",
        "Install the same version of both, and start the service again.",
    ),
    Row(
        "door.client",
        "No name",
        "Each client names itself, for the audit.",
        "Send the header assent-client, such as cli/0.1.0.",
    ),
    Row(
        "door.form",
        "Not the form it needs",
        "The request is not one that the door knows: a field is missing, unknown or of another"
        " form.",
        "See /openapi.json.",
    ),
    Row("door.unknown", "Not there", "The door has no such path.", "See /openapi.json."),
    Row("door.verb", "Not with this verb", "The path is asked otherwise.", "See /openapi.json."),
    Row(
        "door.too_large",
        "Too large",
        "The request is longer than the door reads.",
        "Send less at once.",
    ),
    Row(
        "door.slow",
        "Too slow",
        "The request did not come whole in the time that the door waits.",
        "Try again.",
    ),
    Row(
        "door.full",
        "Too many connections",
        "As many connections are open as the door takes.",
        "Close some of the programs that use it.",
    ),
    Row(
        "door.in_use",
        "Open already",
        "Another service listens at this home's door.",
        "Stop it first: assent service stop",
    ),
    Row(
        "door.unusable",
        "The door cannot be opened",
        "The folder of the door cannot be made private, or not be written.",
        "Give yourself write access, or use another home with --home.",
    ),
    Row(
        "service.held",
        "The engine is held",
        "The service is there, but carries nothing out; the reason is told with it.",
        "See: assent service status",
    ),
    Row(
        "service.starting",
        "The service starts",
        "It is not ready yet.",
        "Try again in a moment.",
    ),
    Row(
        "service.stopping",
        "The service stops",
        "It takes nothing on any more; runs can be resumed.",
        "Start it again: assent service start",
    ),
    Row(
        "service.not_running",
        "The service does not run",
        "Nothing answers at the door of this home.",
        "Start it: assent service start",
    ),
    Row(
        "service.lost",
        "The service is gone",
        "It went away while a run was followed; the run is kept, and goes on by itself when the"
        " service is started.",
        "Start it: assent service start",
    ),
    Row(
        "service.no_door",
        "The service cannot be asked",
        "Its process has the home, but its door does not answer: it was removed, or is not open"
        " yet. The service opens it again within half a minute.",
        "Try again, or: assent service stop, then start",
    ),
    Row(
        "service.stranger",
        "Not the service",
        "What answers at the address cannot show that it knows the token.",
        "Start the service again; end whatever else listens there.",
    ),
    Row(
        "service.version",
        "Service and client differ",
        "They are of versions that would misread each other.",
        "Start the service again, so that both are of the same version.",
    ),
    Row(
        "service.not_ready",
        "The service did not get ready",
        "It was started, and ended or said nothing.",
        "See why: assent service logs",
    ),
    Row(
        "service.not_stopped",
        "The service has not stopped",
        "It was asked to, and still has the home.",
        "See what it is doing: assent service logs",
    ),
    Row(
        "service.safe_mode",
        "Safe mode",
        "It crashed five times within two minutes: the engine is held, and nothing runs.",
        "Look at the log: assent service logs. To try again: assent service stop, then start",
    ),
    Row(
        "service.no_answer",
        "No answer",
        "The service took the question, and gave no answer that can be read.",
        "See what it is doing: assent service logs",
    ),
    Row(
        "service.no_events",
        "No events",
        "The service cannot be followed for now.",
        "Try again.",
    ),
    Row(
        "hook.refused",
        "Not known here",
        "There is no webhook of this name, or the call shows another secret than the webhook's.",
        "Give it another secret, and call it with that: assent hooks rotate NAME",
    ),
    Row(
        "hook.host",
        "Not for browsers",
        "A webhook is called at 127.0.0.1 or localhost with its port, and never by a page in a"
        " browser: the call names another host, or an Origin.",
        "Have what forwards calls send the Host that assent hooks status shows.",
    ),
    Row(
        "hook.media_type",
        "Not JSON",
        "A webhook takes JSON, and the call does not say that its body is.",
        "Send the header Content-Type: application/json.",
    ),
    Row(
        "hook.too_often",
        "Too often",
        "A webhook, all of them together, or callers without a secret have called too often.",
        "Wait as long as the header Retry-After says.",
    ),
    Row(
        "hook.later",
        "Not now",
        "The call cannot be recorded for now, so nothing of it was taken.",
        "Send it again after as long as the header Retry-After says.",
    ),
    Row(
        "hook.name",
        "Not a name for a webhook",
        "It begins with a small letter and goes on, in at most 64 characters, with small letters,"
        " digits, _ . and -.",
        "Name it as the trigger does that waits for it.",
    ),
    Row(
        "hook.secret",
        "Not such a secret",
        "A secret can be given where callers sign with it, and has 24 to 256 visible characters.",
        "Give it with --signed, or have one made.",
    ),
    Row(
        "hook.exists",
        "Made already",
        "There is a webhook of this name, with a secret that its caller holds.",
        "For another secret: assent hooks rotate NAME",
    ),
    Row(
        "hook.unknown",
        "No such webhook",
        "There is no webhook of this name that works; it may have been revoked.",
        "See them: assent hooks list",
    ),
    Row(
        "hook.deaf",
        "A trigger waits in vain",
        "A trigger waits for a webhook that nobody can call: there is none of that name, it was"
        " revoked, or webhooks are switched off.",
        "Make it: assent hooks add NAME. Switch them on: assent hooks on",
    ),
    Row(
        "hook.too_many",
        "Too many webhooks",
        "As many webhooks work as there may be.",
        "Revoke those that nobody calls any more: assent hooks revoke NAME",
    ),
    Row(
        "hook.not_kept",
        "The secret cannot be kept",
        "A webhook whose callers sign needs its secret in the home, and that cannot be written.",
        "Give yourself write access, or use another home with --home.",
    ),
    Row(
        "hook.port_taken",
        "The port is taken",
        "Another program listens at the port for webhooks, or this user may not.",
        "Choose another one: assent hooks on --port N",
    ),
    Row(
        "client.unknown",
        "Not a known client",
        "There is no MCP client of this name with this token; it may have been revoked.",
        "Connect it anew: assent connect. See them: assent clients list",
    ),
    Row(
        "client.exists",
        "Made already",
        "There is a client of this name, with a token that its program holds.",
        "Take another name, or revoke it first: assent clients revoke",
    ),
    Row(
        "client.name",
        "Not a name for a client",
        "It begins with a small letter and goes on, in at most 40 characters, with small letters,"
        " digits, - and _; anonymous is whoever shows no token.",
        "Take another name.",
    ),
    Row(
        "client.too_many",
        "Too many clients",
        "As many clients are known as there may be.",
        "Revoke those that are no longer used: assent clients revoke",
    ),
    Row(
        "connect.unreadable",
        "The configuration is left as it is",
        "The program's configuration cannot be read, or not be added to without a doubt.",
        "Add what assent connect shows without --write to it yourself.",
    ),
    Row(
        "connect.not_there",
        "The configuration is left as it is",
        "The folder in which the program keeps it is not there.",
        "Start the program once, then try again.",
    ),
    Row(
        "connect.changed",
        "The configuration is left as it is",
        "Somebody else, such as the program itself, has changed it meanwhile.",
        "Quit the program, then try again.",
    ),
    Row(
        "connect.unwritable",
        "The configuration is left as it is",
        "The file or its folder cannot be written.",
        "Give yourself write access, or add to it yourself.",
    ),
    Row(
        "connect.no_file",
        "The configuration is left as it is",
        "Where this program keeps its configuration is not known.",
        "Add what assent connect shows without --write to it yourself.",
    ),
    Row(
        "tray.running",
        "The tray runs already",
        "Another process is the tray of this home in this session.",
        "Use that one, or quit it first.",
    ),
    Row(
        "tray.no_icon",
        "No icon can be shown here",
        "What would show it cannot be loaded or does not work.",
        "Decide with the command line: assent approvals list",
    ),
    Row(
        "pause.two_ends",
        "Two ends",
        "A pause ends after a span or at a moment; both were given.",
        "Give one of them.",
    ),
    Row(
        "pause.no_time",
        "No time",
        "The end of the pause is not written as RFC 3339 asks.",
        "Write it such as 2026-01-31T16:00:00Z, tomorrow or market-open.",
    ),
)
