"""Codes of the review page."""

from assent_schemas.error_catalogue.row import Row

ROWS = (
    Row(
        "review.no_service",
        "No review page",
        "The page is shown by the service, and none runs for this home.",
        "Start it: assent service start. Or decide by command: assent approvals approve ID",
    ),
    Row(
        "review.unknown",
        "Nothing here for you",
        "The address of a review was used before, is older than a minute, or was opened elsewhere.",
        "Open the review again: from the tray, or with assent approvals review ID",
    ),
    Row(
        "review.host",
        "Not from this page",
        "The request names another host, or comes from another page than that of the review.",
        "Decide on the page that Assent opened.",
    ),
    Row(
        "review.form",
        "Not this page's form",
        "What was sent is none of the forms that the review page shows.",
        "Look at the page again, then decide.",
    ),
    Row(
        "review.verb",
        "Not with this verb",
        "A review is looked at with GET, and decided with the page's own form.",
        "Open the review again.",
    ),
    Row(
        "review.too_often",
        "Too many requests",
        "More requests came within a minute than anybody makes by hand.",
        "Wait a moment, then look again.",
    ),
    Row(
        "review.used",
        "Sent before",
        "A form of the review page counts once; this one was sent, or stands on an old page.",
        "Look at the page again: it says how it stands.",
    ),
    Row(
        "review.late",
        "Decided before",
        "Somebody, or you on another way, decided before the form was sent.",
        "A decision is given once. The page says which it was.",
    ),
    Row(
        "review.changed",
        "Changed since you looked",
        "What the page showed rests on something that is another by now, such as the version in"
        " force.",
        "Look again, then decide.",
    ),
)
