"""TRL's own preparation of a release's files, up to the first batch that its trainers would train on.

Run by itself in any Python that has TRL: `python -I with_trl.py FOLDER '{"cut_off": 2048}'`. Prints
JSON; ends with status 3 where TRL is not installed.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Which trainer each config of the card is for.
TRAINERS = {
    "messages": "SFT",
    "sharegpt": "SFT",
    "text": "SFT",
    "preference": "DPO",
    "kto": "KTO",
}
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def rehearse(folder: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One result a config and split: the rows given, those prepared, and the tokens of a batch.

    `tokenizer` is a folder, else bytes stand for tokens; `cut_off` counts tokens; of each split the
    first `rows` are prepared, 0 for all. The model has random weights: it is never trained.
    """
    datasets = import_module("datasets")
    tokenizer = _tokenizer(options.get("tokenizer", ""))
    model = _model(tokenizer)
    for config in datasets.get_dataset_config_names(str(folder)):
        if config not in TRAINERS:
            continue
        for split, rows in datasets.load_dataset(str(folder), config).items():
            taken = rows.select(range(min(len(rows), options.get("rows") or len(rows))))
            result = {"name": f"{config}/{split}", "rows": len(taken), "as": TRAINERS[config]}
            try:
                result |= _prepared(config, taken, (model, tokenizer), options["cut_off"])
            except Exception as error:  # whatever it says is the result
                result |= {"error": f"{type(error).__name__}: {error}"}
            yield result


def _prepared(config: str, rows: Any, machine: tuple[Any, Any], cut_off: int) -> dict[str, Any]:
    trl = import_module("trl")
    kind = TRAINERS[config]
    model, tokenizer = machine
    # Given the model to compare with, a trainer does not look for it on a hub.
    compared = {} if kind == "SFT" else {"ref_model": deepcopy(model)}
    with tempfile.TemporaryDirectory() as place:
        arguments = getattr(trl, f"{kind}Config")(
            output_dir=place,
            max_length=cut_off,
            per_device_train_batch_size=2,
            report_to="none",
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            disable_tqdm=True,
        )
        trainer = getattr(trl, f"{kind}Trainer")(
            model=model,
            args=arguments,
            train_dataset=rows,
            processing_class=tokenizer,
            **compared,
        )
        batch = next(iter(trainer.get_train_dataloader()))
    return {"prepared": len(trainer.train_dataset), "batch": list(batch["input_ids"].shape)}


def _tokenizer(folder: str) -> Any:
    transformers = import_module("transformers")
    if not folder:
        return _bytes()
    found = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    found.chat_template = found.chat_template or CHAT
    return found


def _bytes() -> Any:
    """One token a byte: every text can be read, and no tokenizer need be there."""
    tokenizers = import_module("tokenizers")
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    words = {word: number for number, word in enumerate([*SPECIAL, *alphabet])}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=words, merges=[]))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.add_special_tokens(SPECIAL)
    ends = {"pad_token": SPECIAL[0], "eos_token": SPECIAL[2]}
    return import_module("transformers").PreTrainedTokenizerFast(
        tokenizer_object=made,
        chat_template=CHAT,
        clean_up_tokenization_spaces=False,
        **ends,
    )


def _model(tokenizer: Any) -> Any:
    """The smallest Qwen2 that a trainer takes."""
    transformers = import_module("transformers")
    config = transformers.Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return transformers.Qwen2ForCausalLM(config)


if __name__ == "__main__":
    if find_spec("trl") is None:
        sys.exit(3)
    results = list(rehearse(Path(sys.argv[1]), json.loads(sys.argv[2])))
    print(json.dumps({"version": version("trl"), "results": results}))
