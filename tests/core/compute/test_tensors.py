"""A tensor shares what may be written and copies what may not."""

import numpy as np
from spexplain.core.compute import tensor_of


def test_it_shares_memory_and_never_writes_what_is_read_only() -> None:
    array = np.arange(6.0).reshape(2, 3)
    tensor_of(array)[0, 0] = 7
    assert array[0, 0] == 7
    array.setflags(write=False)
    copied = tensor_of(array)
    copied[0, 0] = 9
    assert array[0, 0] == 7
    np.testing.assert_array_equal(tensor_of(array[:, ::2]).numpy(), array[:, ::2])
