# expect: error MemoryError | time
kept = []
while True:
    kept.append(bytearray(1 << 20))
