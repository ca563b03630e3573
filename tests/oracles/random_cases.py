"""Small cases of every kind, drawn by Hypothesis, on which a bound has to hold."""

from __future__ import annotations

from hypothesis import strategies as st

from verify.nets.cases import make_case

CASES = st.builds(
    make_case,
    st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5)),
    st.integers(1, 7),
    st.sampled_from(["one-hot", "soft"]),
    st.sampled_from(["ordinary", "saturated"]),
    st.integers(0, 2**31),
)
