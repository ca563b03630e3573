import numpy as np

rng = np.random.RandomState(1)
points = rng.randn(14, 3)
signs = np.where(points[:, 0] - points[:, 2] > 0, 1.0, -1.0)


def margin_loss(w, x, y):
    return np.mean(np.log(1 + np.exp(-y * x.dot(w))))


def margin_slope(w, x, y):
    return -(x.T * (y / (1 + np.exp(y * x.dot(w))))).mean(axis=1)


def square_loss(w, x, y):
    return np.mean((x.dot(w) - y) ** 2)


def square_slope(w, x, y):
    return 2 * x.T.dot(x.dot(w) - y) / len(y)


def descend(data_x, data_y, f_loss, f_slope, eps, rounds):
    w = np.zeros(data_x.shape[1])
    seen = []
    for _ in range(rounds):
        loss = f_loss(w, data_x, data_y)
        seen.append(loss)
        w = w - eps * f_slope(w, data_x, data_y)
    return w, seen


w_margin, seen = descend(points, signs, margin_loss, square_slope, 0.1, 200)
print(seen[-1])
