# Writes the files of this folder: what torch.save makes of small tensors, and their numbers as JSON. Run with PyTorch 1.6 or newer.
import collections, json, os
import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def save(name, state, **kwargs):
    torch.save(state, os.path.join(HERE, name), **kwargs)


def numbers(tensors):
    return {
        name: {"shape": list(t.shape), "dtype": str(t.dtype), "values": t.detach().double().flatten().tolist()}
        for name, t in tensors.items()
    }


base = torch.arange(60, dtype=torch.float32).reshape(6, 10) / 8 - 3
tied = torch.linspace(-2, 2, 35, dtype=torch.float16).reshape(7, 5)
views = collections.OrderedDict(
    plain=base,
    transposed=base.t(),
    rows=base[2:5],
    columns=base[:, 3:7],
    every_other=base[::2, ::3],
    turned=torch.arange(24, dtype=torch.float32).reshape(2, 3, 4).permute(2, 0, 1),
    column=base[:, 4],
    one_row=base[:, 4:5].t(),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 4),
    half=tied,
    tied=tied,
    half_turned=tied.t(),
    bfloat=torch.tensor([[1.5, -0.25], [3.0, 128.0], [-7.0, 0.125]]).to(torch.bfloat16),
    parameter=torch.nn.Parameter(torch.tensor([1.0, 2.0, 4.0])),
    frozen=torch.nn.Parameter(torch.tensor([8.0, 9.0]), requires_grad=False),
    double=torch.tensor([1.0, 2.0], dtype=torch.float64),
    mask=torch.ones(3, 3).tril().bool(),
    ids=torch.arange(5).expand(1, -1),
    wide_mask=torch.ones(1, 4, dtype=torch.uint8).expand(4, 4),
)
save("views.bin", views)
save("old-format.bin", views, _use_new_zipfile_serialization=False)
save("wrapped.bin", {"epoch": 3, "lr": 0.1, "model": {"module.a": base, "module.b": tied}, "note": None})
save("expanded.bin", {"a": torch.ones(1, 4).expand(3, 4)})
save("module.bin", torch.nn.Linear(2, 2))
save("newest-pickle.bin", {"a": base, "b": tied.t()}, pickle_protocol=4)
with open(os.path.join(HERE, "views.json"), "w") as file:
    json.dump(numbers(views), file)
