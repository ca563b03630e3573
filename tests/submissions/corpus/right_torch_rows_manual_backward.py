import torch
import torch.nn.functional as F

torch.manual_seed(1337)
g = torch.Generator().manual_seed(2147483647)


def init(n_in, n_hidden, n_out):
    return {
        "W1": torch.randn((n_in, n_hidden), generator=g) * 0.2,
        "b1": torch.randn(n_hidden, generator=g) * 0.01,
        "W2": torch.randn((n_hidden, n_out), generator=g) * 0.1,
        "b2": torch.zeros(n_out),
    }


def forward(p, xb):
    hpreact = xb @ p["W1"] + p["b1"]
    h = torch.tanh(hpreact)
    logits = h @ p["W2"] + p["b2"]
    return h, logits


def loss_fn(logits, yb):
    logit_maxes = logits.max(1, keepdim=True).values
    counts = (logits - logit_maxes).exp()
    probs = counts / counts.sum(1, keepdim=True)
    return -probs[range(len(yb)), yb].log().mean()


@torch.no_grad()
def backward(p, xb, yb, h, logits):
    n = xb.shape[0]
    dlogits = torch.softmax(logits, 1)
    dlogits[range(n), yb] -= 1
    dlogits /= n
    dh = dlogits @ p["W2"].T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1.0 - h**2) * dh
    dW1 = xb.T @ dhpreact
    db1 = dhpreact.sum(0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
