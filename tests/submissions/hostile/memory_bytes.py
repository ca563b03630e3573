# expect: error MemoryError
b"x" * (1 << 40)
