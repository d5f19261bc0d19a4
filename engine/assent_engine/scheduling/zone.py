"""The owner's time zone: that of the computer."""


def owners_zone() -> str:
    """Its IANA name; UTC where the computer has none. Asked anew each time: it may be changed."""
    from tzlocal import get_localzone_name

    return get_localzone_name() or "UTC"
