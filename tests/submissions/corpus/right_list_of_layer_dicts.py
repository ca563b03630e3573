import numpy as np

rng = np.random.default_rng(0)

ACT = {
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(float)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
}


def make_net(sizes, act="tanh"):
    net = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        net.append({"W": rng.normal(0, np.sqrt(1 / a), (a, b)), "b": np.zeros((1, b)), "act": act if i < len(sizes) - 2 else None})
    return net


def softmax(s):
    s = s - s.max(1, keepdims=True)
    p = np.exp(s)
    return p / p.sum(1, keepdims=True)


def forward(net, X):
    h = X
    tape = []
    for layer in net:
        z = h @ layer["W"] + layer["b"]
        tape.append((h, z))
        h = ACT[layer["act"]][0](z) if layer["act"] else softmax(z)
    return h, tape


def loss_fn(probs, Y):
    return -(Y * np.log(probs)).sum(1).mean()


def backward(net, tape, probs, Y):
    grads = [None] * len(net)
    delta = (probs - Y) / Y.shape[0]
    for i in reversed(range(len(net))):
        h, z = tape[i]
        grads[i] = {"W": h.T @ delta, "b": delta.sum(0, keepdims=True)}
        if i:
            prev_z = tape[i - 1][1]
            delta = (delta @ net[i]["W"].T) * ACT[net[i - 1]["act"]][1](prev_z)
    return grads


def step(net, grads, lr):
    for layer, g in zip(net, grads):
        layer["W"] -= lr * g["W"]
        layer["b"] -= lr * g["b"]


if __name__ == "__main__":
    X = rng.normal(size=(200, 2))
    Y = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
    net = make_net([2, 16, 16, 2])
    for t in range(500):
        p, tape = forward(net, X)
        step(net, backward(net, tape, p, Y), 0.5)
    print(loss_fn(p, Y))
