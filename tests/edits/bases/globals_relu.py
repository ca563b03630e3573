import numpy as np

np.random.seed(3)
X_train = np.random.rand(20, 4)
labels = np.random.randint(0, 3, size=20)
Y_train = np.eye(3)[labels]

W1 = np.random.randn(4, 6) * 0.3
b1 = np.zeros((1, 6))
W2 = np.random.randn(6, 3) * 0.3
b2 = np.zeros((1, 3))


def relu(z):
    return np.maximum(0, z)


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def forward_pass(X):
    z1 = X @ W1 + b1
    a1 = relu(z1)
    z2 = a1 @ W2 + b2
    a2 = softmax(z2)
    return z1, a1, z2, a2


def cross_entropy(y_hat, y):
    return -np.mean(np.sum(y * np.log(y_hat), axis=1))


def backward_pass(X, y, z1, a1, a2):
    m = X.shape[0]
    dz2 = (a2 - y) / m
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0, keepdims=True)
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2


def train_step(X, y, lr):
    global W1, b1, W2, b2
    z1, a1, z2, a2 = forward_pass(X)
    dW1, db1, dW2, db2 = backward_pass(X, y, z1, a1, a2)
    W1 = W1 - lr * dW1
    b1 = b1 - lr * db1
    W2 = W2 - lr * dW2
    b2 = b2 - lr * db2
    return cross_entropy(a2, y)


for epoch in range(5):
    loss = train_step(X_train, Y_train, 0.1)
    print("epoch", epoch, "loss", loss)
