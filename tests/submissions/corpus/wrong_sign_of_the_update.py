import numpy as np

X = np.array([[0,0],[0,1],[1,0],[1,1]], dtype=float)
y = np.array([[0],[1],[1],[0]], dtype=float)
lr = 0.5

def sigmoid(x): return 1/(1+np.exp(-x))
def d_sigmoid(s): return s*(1-s)

W1 = np.random.uniform(size=(2, 4)); b1 = np.random.uniform(size=(1, 4))
W2 = np.random.uniform(size=(4, 1)); b2 = np.random.uniform(size=(1, 1))

for epoch in range(10000):
    # Forward
    H = sigmoid(X @ W1 + b1)
    O = sigmoid(H @ W2 + b2)
    # Backward
    E = O - y
    dO = E * d_sigmoid(O)
    dH = dO @ W2.T * d_sigmoid(H)
    # Update
    W2 += lr * H.T @ dO
    b2 -= lr * np.sum(dO, axis=0, keepdims=True)
    W1 -= lr * X.T @ dH
    b1 -= lr * np.sum(dH, axis=0, keepdims=True)
print(O)
