"""vLLM's own benchmark client on prompts of a file. Run by judge.py with the Python of vLLM.

    python benchmarks/_vllm_client.py BASE_URL MODEL PROMPTS CONCURRENCY

PROMPTS is JSON: `messages` of each request, and the `body` that all have in common. It is the client
behind `vllm bench serve`, called as a function: the command itself wants the pandas and the package
name of the GPU build. The last line printed is JSON.
"""

import asyncio
import json
import sys

from vllm.benchmarks.datasets import SampleRequest
from vllm.benchmarks.serve import TaskType, benchmark


async def main(base_url: str, model: str, path: str, concurrency: int) -> None:
    with open(path, encoding="utf-8") as file:
        asked = json.load(file)
    requests = [
        SampleRequest(prompt="", prompt_len=1, expected_output_len=1, chat_messages=messages)
        for messages in asked["messages"]
    ]
    result = await benchmark(
        task_type=TaskType.GENERATION,
        endpoint_type="openai-chat",
        api_url=f"{base_url}/chat/completions",
        base_url=base_url,
        model_id=model,
        model_name=model,
        tokenizer=None,
        input_requests=requests,
        logprobs=None,  # in the body
        request_rate=float("inf"),
        burstiness=1.0,
        disable_tqdm=True,
        num_warmups=0,
        profile=False,
        selected_percentile_metrics=[],
        selected_percentiles=[],
        ignore_eos=False,
        goodput_config_dict={},
        max_concurrency=concurrency,
        lora_modules=None,
        extra_headers=None,
        extra_body=asked["body"],
    )
    kept = ("completed", "failed", "duration", "total_output_tokens", "request_throughput")
    print(json.dumps({key: result.get(key) for key in kept}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
