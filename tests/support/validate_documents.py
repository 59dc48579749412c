#!/usr/bin/env python3
"""Checks documents against the JSON Schemas in lib/io/schemas.

usage: validate_documents.py [--kind KIND] FILE...

The schema follows from a document's "schema" field; *.jsonl files are checked line by line. Files
without that field are known by their folder (models/, links/) or by --kind. NaN and Infinity are
refused. Prints one line a problem and exits 1 when there is any. Needs python3-jsonschema.
"""

import argparse
import json
import pathlib
import sys

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "lib" / "io" / "schemas"
KIND_OF_FOLDER = {"models": "model-manifest", "links": "link", "devices": "device"}


def load_schema(kind):
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text())
    if schema["properties"].get("run") == {"$ref": "run.schema.json"}:
        schema["properties"]["run"] = load_schema("run")
    return schema


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    repeated = {key for key in keys if keys.count(key) > 1}
    if repeated:
        raise ValueError(f"repeated keys: {', '.join(sorted(repeated))}")
    return dict(pairs)


def parse(text):
    return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=unique_keys)


def kind_of(document, path, kind):
    schema = document.get("schema", "") if isinstance(document, dict) else ""
    if schema.startswith("splitbench."):
        return schema[len("splitbench."):]
    return kind or KIND_OF_FOLDER.get(path.resolve().parent.name)


def problems_of(text, path, kind):
    try:
        document = parse(text)
    except ValueError as error:
        return [str(error)]
    kind = kind_of(document, path, kind)
    if kind is None or not (SCHEMAS / f"{kind}.schema.json").exists():
        return [f"unknown kind of document: {kind}"]
    validator = jsonschema.Draft7Validator(load_schema(kind))
    errors = sorted(validator.iter_errors(document), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message[:300]}" for error in errors]


def check_file(path, kind):
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".jsonl":
        return [f"{path}: {problem}" for problem in problems_of(text, path, kind)]
    return [f"{path}:{number}: {problem}"
            for number, line in enumerate(text.splitlines(), start=1)
            for problem in problems_of(line, path, kind)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", help="schema of files that do not tell theirs")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    problems = []
    for path in arguments.files:
        try:
            problems += check_file(path, arguments.kind)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path}: {error}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
