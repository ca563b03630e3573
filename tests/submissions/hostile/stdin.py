# expect: error EOFError
input("your name? ")
