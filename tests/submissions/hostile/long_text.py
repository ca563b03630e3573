# expect: error ValueError
def f(x):
    raise ValueError("\x1b[2J" * 10_000_000)
