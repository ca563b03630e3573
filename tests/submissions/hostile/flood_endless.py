# expect: time
while True:
    print("correct")
