# expect: answer
# ruff: noqa: SIM115
for name in ("new\nline", "\x1b[31mred", "-rf", " ", "tab\t", "quote'\"", "\udcff"):
    open(name, "w").write("x")
    print(name)
