"""Numbers of menu entries: what a host holds in its hand stays what it was."""

from hypothesis import given
from hypothesis import strategies as st

from assent_tray.ports import Item
from assent_tray.status_notifier.numbers import Entry, Numbers

KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


def keyed(root: Entry) -> dict[str, int]:
    return {one.item.key: one.number for one in root.all()}


@given(st.lists(KEYS, min_size=1))
def test_a_number_belongs_to_one_key_for_ever(menus: list[list[str]]) -> None:
    numbers, owners = Numbers(), dict[int, str]()
    before: dict[str, int] = {}
    for keys in menus:
        now = keyed(numbers.numbered([Item(key, key) for key in keys]))
        for key, number in now.items():
            assert owners.setdefault(number, key) == key
        for key in now.keys() & before.keys():
            assert now[key] == before[key]
        before = now


def test_an_entry_that_moves_into_a_submenu_keeps_its_number() -> None:
    numbers = Numbers()
    flat = keyed(numbers.numbered([Item("a", "a"), Item("b", "b")]))
    deep = keyed(numbers.numbered([Item("c", "c", inside=(Item("b", "b"),)), Item("a", "a")]))
    assert (deep["a"], deep["b"]) == (flat["a"], flat["b"])
    assert len(set(deep.values())) == 4
