"""Finding a service: what it left, what is not whole, and how little the client loads for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from assent_client.finding import find
from assent_schemas.places import Address, DoorFolder, home_folder


@pytest.mark.parametrize("text", ["", "{}", '{"socket": 1, "port": null}', "[]", '"x"', "{"])
def test_an_address_that_is_none_is_no_service(tmp_path: Path, text: str) -> None:
    folder = DoorFolder.of(tmp_path)
    folder.path.mkdir()
    folder.address.write_text(text)
    folder.token.write_text("x")
    assert find(tmp_path) is None


@pytest.mark.parametrize("address", [Address(socket="/x"), Address(port=7)])
def test_an_address_is_read_as_it_was_written(address: Address) -> None:
    assert Address.read(address.as_json()) == address


def test_the_home_is_the_one_given_or_named_or_the_platforms_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_HOME", str(tmp_path / "named"))
    assert home_folder(tmp_path / "given") == tmp_path / "given"
    assert home_folder() == tmp_path / "named"
    monkeypatch.delenv("ASSENT_HOME")
    assert home_folder().name == "assent"


def test_looking_for_a_service_loads_nothing_heavy() -> None:
    code = "import sys, assent_client.finding; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"asyncio", "pydantic", "websockets", "h11", "platformdirs", "msgspec"}
