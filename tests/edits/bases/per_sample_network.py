import numpy as np


class Net:
    """Learns from one column vector after another."""

    def __init__(self, n_in, n_hidden, n_out):
        self.w_ih = np.random.randn(n_hidden, n_in) * 0.5
        self.w_ho = np.random.randn(n_out, n_hidden) * 0.5
        self.rate = 0.1

    def activate(self, z):
        return 1 / (1 + np.exp(-z))

    def query(self, inputs):
        hidden = self.activate(np.dot(self.w_ih, inputs))
        return self.activate(np.dot(self.w_ho, hidden))

    def loss(self, inputs, targets):
        return 0.5 * np.sum((targets - self.query(inputs)) ** 2)

    def train(self, inputs, targets):
        hidden_outputs = self.activate(np.dot(self.w_ih, inputs))
        final_outputs = self.activate(np.dot(self.w_ho, hidden_outputs))
        output_errors = targets - final_outputs
        output_delta = output_errors * final_outputs * (1.0 - final_outputs)
        hidden_errors = np.dot(self.w_ho.T, output_delta)
        hidden_delta = hidden_errors * hidden_outputs * (1.0 - hidden_outputs)
        self.w_ho += self.rate * np.dot(output_delta, hidden_outputs.T)
        self.w_ih += self.rate * np.dot(hidden_delta, inputs.T)
