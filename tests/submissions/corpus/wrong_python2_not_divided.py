import sys
import numpy as np


def cost(X, y, theta):
    m = X.shape[0]
    off = np.dot(X, theta) - y
    return (1.0 / (2 * m)) * (off ** 2).sum()


def descend(X, y, theta, alpha, rounds):
    m = X.shape[0]
    if len(y) <> m:
        raise ValueError, "as many targets as rows"
    history = {}
    for i in xrange(rounds):
        off = np.dot(X, theta) - y
        theta = theta - alpha * np.dot(X.T, off)
        if not history.has_key(i):
            history[i] = cost(X, y, theta)
        if i % 100 == 0:
            print >> sys.stderr, "round", i
            print "cost:", history[i]
    for number, value in history.iteritems():
        print number, value,
    return theta


table = np.loadtxt("houses.txt", delimiter=",")
X = np.ones((table.shape[0], 3))
X[:, 1:] = table[:, :2]
y = table[:, 2:]
theta = np.zeros((3, 1))
print descend(X, y, theta, 0.01, 1500)
