import numpy as np


def create(sizes):
    layers = []
    for i in range(len(sizes) - 1):
        layers.append({"W": np.random.randn(sizes[i], sizes[i + 1]) * 0.3, "b": np.zeros((1, sizes[i + 1]))})
    return layers


def forward(layers, X):
    acts = [X]
    for i, layer in enumerate(layers):
        z = acts[-1] @ layer["W"] + layer["b"]
        if i < len(layers) - 1:
            acts.append(np.tanh(z))
        else:
            e = np.exp(z - z.max(axis=1, keepdims=True))
            acts.append(e / e.sum(axis=1, keepdims=True))
    return acts


def cost(layers, X, Y):
    out = forward(layers, X)[-1]
    return -(Y * np.log(out)).sum() / X.shape[0]


def backprop(layers, X, Y):
    acts = forward(layers, X)
    delta = (acts[-1] - Y) / X.shape[0]
    grads = []
    for i in reversed(range(len(layers))):
        grads.insert(0, {"W": acts[i].T @ delta, "b": delta.sum(axis=0, keepdims=True)})
        if i > 0:
            delta = (delta @ layers[i]["W"].T) * (1 - acts[i] ** 2)
    return grads


def sgd(layers, grads, lr):
    for layer, grad in zip(layers, grads):
        layer["W"] -= lr * grad["W"]
        layer["b"] -= lr * grad["b"]


def main():
    np.random.seed(0)
    X = np.random.randn(16, 4)
    Y = np.eye(3)[np.random.randint(0, 3, 16)]
    layers = create([4, 6, 5, 3])
    for epoch in range(10):
        grads = backprop(layers, X, Y)
        sgd(layers, grads, 0.2)
    print(cost(layers, X, Y))


if __name__ == "__main__":
    main()
