# expect: error OSError
with open("big", "wb") as file:
    for _ in range(64):
        file.write(bytes(1 << 20))
print("REACHED")
