from numpy import exp, dot, array, random, zeros

LEARNING_RATE = 0.3


class NeuralNetwork:
    def __init__(self, n_inputs, n_hidden, n_outputs):
        random.seed(1)
        self.w_ih = random.randn(n_hidden, n_inputs)
        self.w_ho = random.randn(n_outputs, n_hidden)
        self.b_h = zeros((n_hidden, 1))
        self.b_o = zeros((n_outputs, 1))

    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    def think(self, inputs):
        self.hidden = self.__sigmoid(dot(self.w_ih, inputs) + self.b_h)
        self.output = self.__sigmoid(dot(self.w_ho, self.hidden) + self.b_o)
        return self.output

    def learn(self, inputs, targets):
        self.think(inputs)
        n = inputs.shape[1]
        error = targets - self.output
        d_out = error * self.output * (1 - self.output)
        d_hid = dot(self.w_ho.T, d_out) * self.hidden * (1 - self.hidden)
        self.w_ho += LEARNING_RATE * dot(d_out, self.hidden.T) / n
        self.b_o += LEARNING_RATE * d_out.sum(axis=1, keepdims=True) / n
        self.w_ih += LEARNING_RATE * dot(d_hid, inputs.T) / n
        self.b_h += LEARNING_RATE * d_hid.sum(axis=1, keepdims=True) / n


if __name__ == "__main__":
    nn = NeuralNetwork(3, 4, 1)
    print(nn.w_ih)
    X = array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]]).T
    for i in range(10000):
        nn.learn(X, array([[0, 1, 1, 0]]))
    print(nn.think(array([[1], [0], [0]])))
