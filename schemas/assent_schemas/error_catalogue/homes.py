"""Codes of homes, their store and its backups."""

from assent_schemas.error_catalogue.row import Row

HOMES = (
    Row(
        "home.missing",
        "There is nothing here yet",
        "There is no home of Assent at this place.",
        "Check --home, or begin with: assent policy propose",
    ),
    Row(
        "home.empty",
        "There is nothing here yet",
        "Nothing was proposed in this home yet.",
        "Begin with: assent policy propose",
    ),
    Row(
        "home.foreign",
        "No home of Assent",
        "The folder holds other things; Assent would not mix with them.",
        "Use an empty folder or another one with --home.",
    ),
    Row(
        "home.locked",
        "The home is in use",
        "Another process of Assent acts in this home; only one may.",
        "Wait until it ends, or stop it.",
    ),
    Row(
        "home.nowhere",
        "The home has no place",
        "A home is made where there is none, but not the folders that lead to it: a path that"
        " begins nowhere has a slip in it.",
        "Check --home and ASSENT_HOME, or make the folder around it first.",
    ),
    Row(
        "home.not_writable",
        "The home cannot be written",
        "The folder or the disk refuses to be written.",
        "Give yourself write access and space, or use another home with --home.",
    ),
    Row(
        "store.unusable",
        "The database cannot be used",
        "The file belongs to another program, to a newer version, or is damaged.",
        "Restore it from a backup, or use another home.",
    ),
    Row(
        "store.unreadable",
        "The database cannot be read",
        "It is damaged, or closed to you.",
        "Restore it from a backup, or use another home.",
    ),
    Row(
        "store.trouble",
        "Storage trouble",
        "The disk is full or busy; nothing of this was written, and it may be tried again.",
        "Make room on the disk, or end what holds the file; then: assent run resume",
    ),
    Row(
        "store.broken",
        "The store cannot be written",
        "Writing went wrong in a way that cannot be trusted; nothing further is acted upon.",
        "Check the disk, then start again: assent verify",
    ),
    Row(
        "backup.exists",
        "There is a file already",
        "A backup never overwrites a file.",
        "Name another file.",
    ),
    Row(
        "backup.not_written",
        "The backup cannot be written",
        "The place of the backup refuses to be written.",
        "Make room, or name another place.",
    ),
    Row(
        "backup.unusable",
        "No backup",
        "The file is no backup of Assent, or of another version.",
        "Name a file that assent backup has made.",
    ),
    Row(
        "backup.damaged",
        "The backup is damaged",
        "What is in the backup does not fit its own hashes or chains.",
        "Use another backup.",
    ),
    Row(
        "store.damaged",
        "The store is damaged",
        "A record in the database cannot be read back.",
        "Restore the home from a backup.",
    ),
)
