# expect: answer
line = "x" * (1 << 20)
for _ in range(100):
    print(line)
