"""A child process that carries machines out in moto's engine; prints figures as JSON.

Started by `benchmarks.peers`; it imports nothing of this project but the machines.
"""

import json
import os
import sys
import time
from importlib import import_module
from importlib.metadata import version
from typing import Any

from benchmarks import machines

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/bench"
ROUNDS = 500
ITEMS = 10_000
POLL = 0.001


def seconds(client: Any, name: str, definition: dict[str, Any], given: dict[str, Any]) -> float:
    """How long one execution takes, from its start to its end."""
    made = client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)
    began = time.perf_counter()
    execution = client.start_execution(
        stateMachineArn=made["stateMachineArn"], input=json.dumps(given)
    )
    while True:
        found = client.describe_execution(executionArn=execution["executionArn"])
        if found["status"] != "RUNNING":
            break
        time.sleep(POLL)
    if found["status"] != "SUCCEEDED":
        raise SystemExit(f"moto ended {name} as {found['status']}: {found.get('cause')}")
    return time.perf_counter() - began


def main(what: str) -> None:
    client_of, mock = import_module("boto3").client, import_module("moto").mock_aws
    with mock(config={"stepfunctions": {"execute_state_machine": True}}):
        client = client_of("stepfunctions", region_name=REGION)
        seconds(client, "warm", machines.counting(2), {"n": 0})
        if what == "loop":
            rate = 2 * ROUNDS / seconds(client, what, machines.counting(ROUNDS), {"n": 0})
        else:
            given = {"items": list(range(ITEMS))}
            rate = ITEMS / seconds(client, what, machines.mapped(), given)
    print(json.dumps({"rate": rate, "peer": f"moto {version('moto')}"}))  # noqa: T201


if __name__ == "__main__":
    os.environ |= {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    main(sys.argv[1])
