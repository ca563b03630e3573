import numpy as np


class Fitter:
    def __init__(self, n_inputs, n_hidden, n_outputs, learning_rate):
        self.n_inputs, self.n_hidden, self.n_outputs = n_inputs, n_hidden, n_outputs
        self.lr = learning_rate

    def make_weights(self):
        self.weights_ih = np.random.rand(self.n_hidden, self.n_inputs)
        self.weights_ho = np.random.rand(self.n_outputs, self.n_hidden)
        self.bias_h = np.random.rand(self.n_hidden, 1)
        self.bias_o = np.random.rand(self.n_outputs, 1)

    def forward(self):
        self.hidden = 1 / (1 + np.exp(-(self.weights_ih.dot(self.column) + self.bias_h)))
        self.output = self.weights_ho.dot(self.hidden) + self.bias_o

    def back(self):
        miss = self.wanted - self.output
        below = self.weights_ho.T.dot(miss) * self.hidden * (1 - self.hidden)
        self.weights_ho = self.weights_ho + self.lr * miss.dot(self.hidden.T)
        self.bias_o = self.bias_o + self.lr * miss
        self.weights_ih = self.weights_ih + self.lr * below.dot(self.column.T)
        self.bias_h = self.bias_h + self.lr * below

    def rounds(self, inputs, targets, count):
        for _ in range(count):
            n = np.random.choice(len(inputs))
            self.column = inputs[n].reshape(-1, 1)
            self.wanted = targets[n]
            self.forward()
            self.back()

    def start(self, inputs, targets, count=2000):
        self.make_weights()
        self.rounds(inputs, targets, count)


fitter = Fitter(2, 8, 1, 0.1)
inputs = np.array([[0.0, 0.5], [0.2, 1.0], [1.0, 0.3], [0.7, 0.7]])
targets = np.array([0.1, 0.9, 0.4, 0.2])
fitter.start(inputs, targets)
print(fitter.output)
