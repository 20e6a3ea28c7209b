import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mapper.planes import pack, unpack


@given(st.lists(st.integers(-18_000_000, 18_000_000), max_size=200))
def test_what_is_packed_comes_out_again(steps):
    packed = pack(np.array(steps, dtype=np.int64))
    assert packed.shape == (4, len(steps)) and packed.dtype == np.uint8
    assert unpack(packed).tolist() == steps
