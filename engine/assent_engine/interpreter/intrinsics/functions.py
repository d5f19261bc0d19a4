"""The table of all intrinsic functions."""

from typing import Final

from assent_engine.interpreter.intrinsics.arithmetic import math_add, math_random
from assent_engine.interpreter.intrinsics.arrays import (
    array_contains,
    array_get_item,
    array_length,
    array_of,
    array_partition,
    array_range,
    array_unique,
)
from assent_engine.interpreter.intrinsics.documents import (
    imported_string_to_json,
    json_merge,
    json_to_string,
    string_to_json,
)
from assent_engine.interpreter.intrinsics.encoding import (
    base64_decode,
    base64_encode,
    hash_of,
    uuid4,
)
from assent_engine.interpreter.intrinsics.nodes import Function
from assent_engine.interpreter.intrinsics.text import format_text, prepare_format, string_split

_ALL: Final = (
    Function("States.Array", array_of, 0, None),
    Function("States.ArrayContains", array_contains, 2, 2, walks=True),
    Function("States.ArrayGetItem", array_get_item, 2, 2),
    Function("States.ArrayLength", array_length, 1, 1),
    Function("States.ArrayPartition", array_partition, 2, 2),
    Function("States.ArrayRange", array_range, 3, 3),
    Function("States.ArrayUnique", array_unique, 1, 1, walks=True),
    Function("States.Base64Decode", base64_decode, 1, 1),
    Function("States.Base64Encode", base64_encode, 1, 1),
    Function("States.Format", format_text, 1, None, walks=True, prepare=prepare_format),
    Function("States.Hash", hash_of, 2, 2, walks=True),
    Function("States.JsonMerge", json_merge, 3, 3),
    Function("States.JsonToString", json_to_string, 1, 1, walks=True),
    Function("States.MathAdd", math_add, 2, 2),
    Function("States.MathRandom", math_random, 2, 3, draws=True),
    Function("States.StringSplit", string_split, 2, 2, walks=True),
    Function(
        "States.StringToJson", string_to_json, 1, 1, walks=True, imported=imported_string_to_json
    ),
    Function("States.UUID", uuid4, 0, 0, draws=True),
)
FUNCTIONS: Final = {function.name: function for function in _ALL}
