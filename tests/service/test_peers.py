"""Who sits at the other end, on this system and as macOS would say it."""

import os
import socket
import struct

from assent_service import peers


def test_the_kernel_names_the_user_at_the_other_end() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert peers.peer_uid(one) == os.geteuid()
    with socket.socket(socket.AF_INET) as end:
        assert peers.peer_uid(end) is None


def test_the_uid_in_the_answer_of_macos_is_its_second_number() -> None:
    raw = struct.pack("=IIh2x16I", 0, 501, 1, 20, *[0] * 15)
    assert len(raw) == 76
    assert peers._uid_of_xucred(raw) == 501


def test_everybody_else_is_a_stranger_root_too() -> None:
    assert not peers.is_stranger(os.geteuid())
    assert not peers.is_stranger(None)
    assert peers.is_stranger(os.geteuid() + 1)


def test_a_user_without_a_name_is_a_number() -> None:
    assert peers.user_name(None) == "owner"
    assert peers.user_name(4_000_000_000 - 7) == "user 3999999993"
