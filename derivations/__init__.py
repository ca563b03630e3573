"""The mathematics of the lab, in SymPy only: what is claimed, why, and whether it is proved.

Read in this order: `notation` (sizes, indices, the loss), `claims` (every formula as data),
`normal_form` (six identities of finite sums), `proof` (prove a claim for all sizes),
`entrywise` (prove it again at given sizes), `evaluate` (a claim at given numbers),
`typeset` (a claim as text and LaTeX). `python -m derivations` prints the whole derivation.
"""
