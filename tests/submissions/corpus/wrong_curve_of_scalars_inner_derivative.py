import numpy as np

X = np.array([0.05 * k for k in range(60)])
Y = 2.5 * np.log(1 + 0.8 * X) + 0.3


def curve(X):
    return w1 * np.log(1 + w2 * X) + w3


lr = 0.01
w1, w2, w3 = 1, 1, 0
for epoch in range(4000):
    guess = curve(X)
    off = guess - Y
    epoch_loss = np.mean(off ** 2)
    grad_w1 = 2 * np.mean(off * np.log(1 + w2 * X))
    grad_w2 = 2 * np.mean(off * w1 / (1 + w2 * X))
    grad_w3 = 2 * np.mean(off)
    w1 -= lr * grad_w1
    w2 -= lr * grad_w2
    w3 -= lr * grad_w3
    if epoch_loss < 1e-6:
        print("close enough after", epoch)
        break

print(w1, w2, w3)
