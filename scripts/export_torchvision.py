#!/usr/bin/python3
"""Exports a classification model of torchvision to TorchScript and a model manifest.

splitbench reads the manifest: it says which file holds the model and how images
become its input.  The two files go side by side and are moved together.
"""

import argparse
import difflib
import hashlib
import json
import os
import pickle
import re
import sys
import warnings

EXAMPLES = """examples:
  scripts/export_torchvision.py resnet18 -o models
      published weights; downloaded once, then taken from torch's cache
  scripts/export_torchvision.py resnet18 --weights resnet18-f37072fd.pth -o models
      weights from a file, for a machine without a network
  scripts/export_torchvision.py mobilenet_v2 --weights none -o models
      random weights: enough for latencies and sizes, not for accuracies
  scripts/export_torchvision.py --list
"""

IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


class Problem(Exception):
    """Ends the program with one line and the exit code 2 (bad input) or 1 (no luck)."""

    def __init__(self, message, code=2):
        super().__init__(message)
        self.code = code


try:
    import torch
    from torch import nn
    import torchvision
    from torchvision import models

    import torchscript_file
except ImportError as error:
    sys.exit(f"export_torchvision.py: {error}; on Debian: apt install python3-torchvision")


def known_models():
    """The names of the classification models of the torchvision at hand."""
    if not hasattr(models, "list_models"):
        raise Problem(f"torchvision {torchvision.__version__} is too old; needs 0.14 or newer", 1)
    return models.list_models(module=models)


def check_name(name):
    """An unknown name is answered with the one that was probably meant."""
    names = known_models()
    if name not in names:
        nearest = difflib.get_close_matches(name.lower().replace("-", "_"), names, 1, 0.0)
        raise Problem(f'unknown model "{name}"; did you mean "{nearest[0]}"? '
                      "(--list names them all)")


class Weights:
    """Where the weights come from: a published set, a file, or a random seed."""

    def __init__(self, model, argument):
        self.file, self.published = None, None
        self.choices = models.get_model_weights(model)
        if argument.lower() == "none":
            return
        if os.path.isfile(argument):
            self.file = argument
            self.published = published_as(self.choices, argument)
        elif argument.upper() in self.choices.__members__:
            self.published = self.choices[argument.upper()]
        elif hasattr(self.choices, argument.upper()):  # DEFAULT, an alias
            self.published = getattr(self.choices, argument.upper())
        else:
            names = ", ".join(["DEFAULT", *(weights.name for weights in self.choices)])
            raise Problem(f'--weights "{argument}" is neither a file nor weights of {model} '
                          f"({names}, none)")

    @property
    def random(self):
        return self.file is None and self.published is None

    def state(self):
        """The state dictionary, read from the file or downloaded."""
        return read_state(self.file) if self.file else download(self.published)

    def describe(self, seed):
        """Ends the sentence `torchvision's MODEL with ...`."""
        if self.random:
            return f"random weights (seed {seed}) and batch norms settled on noise"
        if self.published:
            return (f"the published weights {self.published} ({self.published.url}; the "
                    "reference accuracy is torchvision's on the ImageNet-1K validation images)")
        return f"the weights of {os.path.basename(self.file)}, sha256 {digest(self.file)}"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def published_as(choices, path):
    """The published weights that `path` is a copy of, whatever its name; else None.

    The name of a published file ends in the first digits of its sha256.
    """
    sha256 = digest(path)
    for weights in choices:
        prefix = re.search(r"-([0-9a-f]{8,})\.pth$", weights.url)
        if prefix and sha256.startswith(prefix.group(1)):
            return weights
    return None


def download(weights):
    try:
        return torch.hub.load_state_dict_from_url(
            weights.url, map_location="cpu", progress=sys.stderr.isatty(), check_hash=True)
    except (OSError, RuntimeError) as error:
        raise Problem(f"cannot download {weights.url}: {one_line(error)}; fetch that file on "
                      "another machine and give it with --weights FILE, or use "
                      "--weights none for random ones", 1) from error


def read_state(path):
    """The state dictionary of a .pth file, also from inside a training checkpoint."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, KeyError, ValueError,
            pickle.UnpicklingError) as error:
        raise Problem(f"{path} is damaged, or not a state dictionary saved by "
                      "torch.save") from error
    for key in ("state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict) or not all(torch.is_tensor(v) for v in state.values()):
        raise Problem(f"{path} does not hold a state dictionary (names to tensors)")
    return state


def build(name, weights, options):
    """The model in evaluation mode with its weights loaded."""
    torch.manual_seed(options.seed)
    model = models.get_model(name, weights=None, **arguments(name, weights, options))
    if weights.random:
        settle_batch_norms(model, crop_size(weights))
    else:
        load(model, weights.state(), weights.file or weights.published.url)
    return model.eval()


def arguments(name, weights, options):
    """What the constructor has to be told beyond the defaults."""
    result = {"num_classes": options.num_classes}
    if name in ("googlenet", "inception_v3"):
        # The auxiliary heads serve training only.  Their authors' initialisation
        # takes minutes (a truncated normal by way of scipy).  The published
        # weights were converted from TensorFlow, whose inputs were scaled otherwise.
        result.update(aux_logits=False, init_weights=False,
                      transform_input=weights.published is not None)
    if name.startswith("vit_"):
        result["image_size"] = crop_size(weights)
    return result


def load(model, state, origin):
    """Loads `state`, or tells in one line which entry does not fit."""
    state = {current_key(key): value for key, value in state.items()}
    expected = model.state_dict()
    missing = [key for key in expected
               if key not in state and not key.endswith("num_batches_tracked")]
    strangers = [key for key in state if key not in expected and not of_auxiliary_head(key)]
    if missing or strangers:
        raise Problem(f"{origin} does not fit the model: {len(missing)} entries missing "
                      f"{missing[:1]}, {len(strangers)} unknown {strangers[:1]}")
    for key, value in expected.items():
        if key in state and state[key].shape != value.shape:
            raise Problem(f"{origin} does not fit the model: {key} is {list(state[key].shape)}, "
                          f"expected {list(value.shape)} (see --num-classes)")
    model.load_state_dict({key: state[key] for key in expected if key in state}, strict=False)


def current_key(key):
    """The name of today for an entry of DataParallel models or of old DenseNet files."""
    key = re.sub(r"^module\.", "", key)
    return re.sub(r"(denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)", r"\1", key)


def of_auxiliary_head(key):
    return key.startswith(("aux1.", "aux2.", "AuxLogits."))


def settle_batch_norms(model, size):
    """Gives the batch norms of a random model the statistics of image-like noise.

    With the initial ones (mean 0, variance 1) the activations of a deep model
    vanish or explode, and then no codec sees anything like a real tensor.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    model.eval()  # not the dropouts
    for norm in norms:
        norm.train()
        norm.momentum = None  # a plain average over the batches
    with torch.no_grad():
        for _ in range(3 if norms else 0):
            model(image_like(4, size))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum


def image_like(count, size):
    """Smooth noise with some grain, scaled as normalised images are."""
    coarse = torch.randn(count, 3, size // 16 + 1, size // 16 + 1)
    smooth = nn.functional.interpolate(coarse, (size, size), mode="bilinear", align_corners=False)
    return 1.4 * smooth + 0.3 * torch.randn(count, 3, size, size)


def recipe(weights):
    """torchvision's own evaluation transform: for random weights that of the default ones."""
    return (weights.published or weights.choices.DEFAULT).transforms()


def crop_size(weights):
    return recipe(weights).crop_size[0]


def preprocess(weights):
    """How an image becomes the input, in the words of the manifest."""
    transform = recipe(weights)
    return {"resize": transform.resize_size[0], "crop": transform.crop_size[0],
            "interpolation": transform.interpolation.value,
            "mean": list(getattr(transform, "mean", IMAGENET["mean"])),
            "std": list(getattr(transform, "std", IMAGENET["std"])), "channels": "rgb"}


def to_torchscript(model, size, scripted):
    """Traced or scripted, with the module paths kept, which name the split points."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on constants in traces: `check` looks for harm
        if scripted:
            result = torch.jit.script(model)
        else:
            result = torch.jit.trace(model, torch.zeros(1, 3, size, size), check_trace=False)
    for parameter in result.parameters():
        parameter.requires_grad_(False)
    return result


def check(path, model, size):
    """Compares the file with the model, for the batch it was traced with and another."""
    loaded = torch.jit.load(path)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for batch in (1, 2):
            x = image_like(batch, size)
            expected = model(x)
            try:
                error = relative_error(first_tensor(loaded(x)), expected)
            except RuntimeError as problem:
                error, reason = float("inf"), one_line(problem)
            else:
                reason = f"relative error {error:.1e}"
            if not error < 1e-3 and batch == 1:
                raise Problem(f"{path} does not reproduce the model: {reason}", 1)
            if not error < 1e-3:
                say(f"warning: {path} works for a batch of 1 only ({reason}); try --script")


def relative_error(ours, theirs):
    return float((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1e-12))


def first_tensor(output):
    return output if torch.is_tensor(output) else output[0]


def manifest(name, path, weights, options):
    """The document that splitbench reads; its keys are explained in the contract."""
    size = crop_size(weights)
    published = weights.published
    way = "scripted" if options.script else "traced"
    return {
        "name": name,
        "file": os.path.basename(path),
        "sha256": torchscript_file.sha256(path),
        "input_shape": [1, 3, size, size],
        "preprocess": preprocess(weights),
        "classes": list(published.meta["categories"]) if published else [],
        "dataset": "",  # ImageNet has to be named where it is; there is no default
        "reference_accuracy": reference_accuracy(published),
        "source": f"torchvision's {name} with {weights.describe(options.seed)}, {way} by "
                  f"scripts/export_torchvision.py with PyTorch {torch.__version__} and "
                  f"torchvision {torchvision.__version__}.",
    }


def reference_accuracy(published):
    """The top-1 accuracy that torchvision reports for its weights, as a fraction."""
    if published is None:
        return None
    metrics = published.meta.get("_metrics", {}).get("ImageNet-1K", {})
    top1 = metrics.get("acc@1")
    return None if top1 is None else round(top1 / 100, 6)


def export(name, options):
    """Writes DIR/name.pt and DIR/name.json; the manifest last, when all is well."""
    check_name(name)
    weights = Weights(name, options.weights)
    if weights.published and weights.file is None and options.num_classes != 1000:
        raise Problem("--num-classes needs --weights none or a file")
    model = build(name, weights, options)
    size = crop_size(weights)
    os.makedirs(options.output_dir, exist_ok=True)
    path = os.path.join(options.output_dir, f"{name}.pt")
    torchscript_file.save(to_torchscript(model, size, options.script), path)
    check(path, model, size)
    description = os.path.join(options.output_dir, f"{name}.json")
    with open(f"{description}.part", "w", encoding="utf-8") as file:
        json.dump(manifest(name, path, weights, options), file, indent=2, ensure_ascii=False)
        file.write("\n")
    os.replace(f"{description}.part", description)
    say(f"wrote {path} ({os.path.getsize(path) / 1e6:.1f} MB) and {description}")


def one_line(error):
    """What went wrong, without PyTorch's back traces."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if "Traceback" in str(error) else lines[0]) if lines else repr(error)


def say(text):
    print(text, file=sys.stderr, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("model", nargs="?", help="a name out of --list, as resnet18")
    add("--list", action="store_true", help="print the names of all models, then stop")
    add("--weights", default="DEFAULT", metavar="DEFAULT|NAME|FILE|none",
        help="published weights (the best ones or by name, as IMAGENET1K_V1), a state "
             "dictionary (.pth), or random ones (default: %(default)s)")
    add("--num-classes", type=int, default=1000, metavar="N",
        help="of a model fine-tuned on other data (default: %(default)s)")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--trace", action="store_true",
                     help="record one run (the default): the simplest graph")
    way.add_argument("--script", action="store_true",
                     help="compile the Python source, control flow included")
    add("--seed", type=int, default=0, help="of random weights (default: %(default)s)")
    add("--threads", type=int, default=os.cpu_count(), help="default: all cores (%(default)s)")
    add("-o", "--output-dir", default=".", metavar="DIR",
        help="gets MODEL.pt and MODEL.json (default: the current folder)")
    options = parser.parse_args()
    if not options.model and not options.list:
        parser.error("which model? (--list names them)")
    return options


def main():
    options = parse_arguments()
    torchscript_file.fix_hash_seed()
    torch.set_num_threads(options.threads)
    try:
        if options.list:
            print("\n".join(known_models()))
        else:
            export(options.model, options)
    except Problem as problem:
        say(f"export_torchvision.py: {problem}")
        sys.exit(problem.code)
    except OSError as error:
        say(f"export_torchvision.py: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
