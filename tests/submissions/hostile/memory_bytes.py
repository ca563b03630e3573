# expect: error MemoryError | time
b"x" * (1 << 40)
