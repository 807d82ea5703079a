"""The authors' steps in plain PyTorch, timed: sampled answers with generate(), activations with forward hooks.

Reads the questions as token ids, with the answers to extract, from a JSON file that identify.ts writes, so that
tokenizer and judge are not part of it. The last line that it prints is JSON.

Tested with Python 3.11, torch 2.8.0, transformers 5.24.0, accelerate 1.15.0, gguf 0.19.0, numpy 2.4.6:
    python3 -m venv FOLDER
    FOLDER/bin/pip install torch==2.8.0 transformers==5.24.0 accelerate==1.15.0 gguf==0.19.0 numpy scikit-learn==1.9.1
    BENCH_PYTHON=FOLDER/bin/python npm run bench -- identify
"""

import json
import os
import platform
import sys
import time

import torch
import transformers
from transformers import AutoModelForCausalLM

EPSILON = 1e-8

with open(sys.argv[1], encoding="utf8") as file:
    task = json.load(file)
settings = task["settings"]
torch.set_num_threads(task["threads"])
torch.manual_seed(settings["seed"])
folder, name = os.path.split(task["model"])
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
downs = [layer.mlp.down_proj for layer in model.model.layers]
column_norms = [down.weight.detach().norm(dim=0) for down in downs]


def sample(prompt):
    """Sampled answers to a prompt, all in one batch; number of tokens that they hold, their stop tokens included."""
    ids = torch.tensor([prompt])
    out = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=settings["temperature"],
        top_k=settings["topK"],
        top_p=settings["topP"],
        max_new_tokens=settings["maxTokens"],
        num_return_sequences=settings["samples"],
        eos_token_id=task["stopIds"],
        pad_token_id=task["stopIds"][0],
    )
    answers = out[:, len(prompt) :]
    is_stop = torch.isin(answers, torch.tensor(task["stopIds"]))
    return int(((is_stop.cumsum(dim=1) - is_stop.int()) == 0).sum())


def extract(prompt, reply):
    """Mean CETT of every neuron at the answer's tokens, and the log-probability of the reply."""
    inputs, outputs = {}, {}

    def hook_of(layer):
        def hook(_module, args, output):
            inputs[layer] = args[0].detach()
            outputs[layer] = output.detach()

        return hook

    hooks = [down.register_forward_hook(hook_of(layer)) for layer, down in enumerate(downs)]
    try:
        logits = model(torch.tensor([prompt + reply["ids"]])).logits[0]
    finally:
        for hook in hooks:
            hook.remove()
    at = torch.tensor([len(prompt) + token for token in reply["tokens"]])
    cett = [
        (inputs[layer][0, at].abs() * norms / (outputs[layer][0, at].norm(dim=-1, keepdim=True) + EPSILON)).mean(dim=0)
        for layer, norms in enumerate(column_norms)
    ]
    logprobs = logits[len(prompt) - 1 : -1].log_softmax(dim=-1)
    chosen = torch.tensor(reply["ids"])
    return torch.cat(cett), float(logprobs.gather(1, chosen[:, None]).sum())


@torch.no_grad()
def run(questions):
    generating, extracting, tokens, found = 0.0, 0.0, 0, {}
    for question in questions:
        begin = time.perf_counter()
        tokens += sample(question["promptIds"])
        generated = time.perf_counter()
        generating += generated - begin
        if "reply" in question:
            cett, logprob = extract(question["promptIds"], question["reply"])
            extracting += time.perf_counter() - generated
            found[question["id"]] = {"logprob": logprob, "cett": float(cett.sum())}
    return {"generating": generating, "extracting": extracting, "tokens": tokens, "found": found}


run(task["warmUp"])
versions = f"Python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__}"
print(json.dumps({"versions": versions, "threads": torch.get_num_threads(), **run(task["questions"])}))
