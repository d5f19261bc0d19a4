"""The owner's time zone: that of the computer."""


def owners_zone() -> str:
    """Its IANA name as it was last read; UTC where the computer has none."""
    from tzlocal import get_localzone_name

    return get_localzone_name() or "UTC"


def read_zone() -> str:
    """Its IANA name as it is now, for `owners_zone` from now on: its owner may have travelled."""
    from tzlocal import reload_localzone

    reload_localzone()
    return owners_zone()
