"""Import rate, end to end, against a bare COPY of the same text; and the memory it takes.

Starts a PostgreSQL of its own, set as `cqia up` sets it, writes a JSONL file of Chinese questions and
answers, and takes turns: a COPY of its texts into a table without indexes, from a file that is
already in COPY's own format; then the import as a worker does it (recognise, hash and keep the file,
parse, map, hash each row, store pairs, answers and checkpoints), in a process of its own. The last
line of its output is one JSON object; `copy_ratio` is the share of the bare COPY's rate.

    python benchmarks/ingest.py [--quick] [--pairs 100000] [--repetitions 3]
"""

import argparse
import contextlib
import json
import os
import platform
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
FIELDS = ("instruction", "input", "output")
WORDS = [
    "我们",
    "他们",
    "老师",
    "学生",
    "医生",
    "农民",
    "工程师",
    "城市",
    "乡村",
    "河流",
    "山脉",
    "气候",
    "温度",
    "土壤",
    "水分",
    "阳光",
    "种子",
    "茶叶",
    "水稻",
    "小麦",
    "历史",
    "朝代",
    "诗歌",
    "文章",
    "故事",
    "人物",
    "语言",
    "文字",
    "数学",
    "物理",
    "化学",
    "生物",
    "计算机",
    "程序",
    "数据",
    "网络",
    "算法",
    "模型",
    "经济",
    "市场",
    "价格",
    "企业",
    "合同",
    "法律",
    "权利",
    "义务",
    "健康",
    "疾病",
    "药物",
    "饮食",
    "睡眠",
    "运动",
    "心理",
    "情绪",
    "家庭",
    "朋友",
    "孩子",
    "父母",
    "学习",
    "工作",
    "研究",
    "分析",
    "比较",
    "说明",
    "解释",
    "认为",
    "发现",
    "提出",
    "解决",
    "改善",
    "影响",
    "导致",
    "需要",
    "应当",
    "可以",
    "能够",
    "通过",
    "根据",
    "由于",
    "因此",
    "但是",
    "而且",
    "同时",
    "首先",
    "其次",
    "最后",
    "例如",
    "一般",
    "通常",
    "重要",
    "主要",
    "不同",
    "相同",
    "复杂",
    "简单",
    "明显",
    "适当",
    "长期",
    "短期",
    "传统",
    "现代",
    "自然",
    "社会",
    "方法",
    "过程",
    "结果",
    "原因",
    "条件",
    "问题",
    "方面",
    "部分",
    "关系",
    "作用",
    "特点",
    "优点",
    "缺点",
    "建议",
    "经验",
    "技术",
    "材料",
    "设备",
    "时间",
    "空间",
    "数量",
    "质量",
    "标准",
]
MARKS = "，，，，。。；：？！"


# The file


def passage(dice: random.Random, length: int) -> str:
    """About `length` characters of words and punctuation, now and then a new paragraph."""
    parts: list[str] = []
    size = 0
    while size < length:
        parts += [*dice.choices(WORDS, k=dice.randint(3, 8)), dice.choice(MARKS)]
        size += 13
        if dice.random() < 0.03:
            parts.append("\n")
    return "".join(parts)


def records(count: int) -> Iterator[dict[str, object]]:
    """Questions of 15 to 80 characters with answers of 100 to 1,000, all with the nine fields."""
    dice = random.Random(20240401)
    for number in range(count):
        yield {
            "instruction": f"{passage(dice, dice.randint(15, 80))}（{number}）",
            "input": passage(dice, 60) if dice.random() < 0.1 else "",
            "output": passage(dice, round(100 * 10 ** dice.random())),
            "task_type": {"major": ["问答"], "minor": [dice.choice(["百科问答", "逻辑推理"])]},
            "domain": dice.sample(["百科", "健康", "历史", "法律", "农业"], 2),
            "metadata": "暂无元数据信息",
            "answer_from": "human",
            "human_verified": False,
            "copyright": "暂无版权及作者信息",
        }


def write(count: int, folder: Path) -> tuple[Path, Path]:
    """The JSONL file, and its texts as COPY reads them."""
    rows, texts = folder / f"{count}.jsonl", folder / f"{count}.copy"
    escape = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})
    with rows.open("w", encoding="utf-8") as given, texts.open("w", encoding="utf-8") as bare:
        for record in records(count):
            given.write(json.dumps(record, ensure_ascii=False) + "\n")
            bare.write("\t".join(str(record[name]).translate(escape) for name in FIELDS) + "\n")
    return rows, texts


# The two ways


def bare_copy(texts: Path) -> float:
    """Seconds to COPY the texts into a fresh table without indexes, up to the commit."""
    import psycopg

    from cqia.embedded import home

    with psycopg.connect(home.database_url()) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (instruction text, input text, output text)")
        connection.commit()
        start = time.perf_counter()
        with texts.open("rb") as file, connection.cursor().copy("COPY bare FROM STDIN") as copy:
            while block := file.read(1024 * 1024):
                copy.write(block)
        connection.commit()
        return time.perf_counter() - start


def import_in_a_process(rows: Path, source: str) -> dict[str, float]:
    """Seconds, rows and peak memory in MB of one import."""
    command = [sys.executable, __file__, "--import", str(rows), "--source", source]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def import_here(rows: Path, name: str) -> None:
    import django

    django.setup()
    from annotation import ingest, jobs, uploads
    from annotation.models import Project

    project, _ = Project.objects.get_or_create(slug="bench", defaults={"name": "bench"})
    start = time.perf_counter()
    taken = uploads.take(project, uploads.Wanted(name, "cqia"), rows, rows.name, None)
    jobs.run(taken.batch.job_id, ingest.import_batch)
    seconds = time.perf_counter() - start
    taken.batch.refresh_from_db()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "rows": taken.batch.added, "peak_mb": round(peak, 1)}))


def settle() -> None:
    """Let neither way pay for what the other left to be written."""
    import psycopg

    from cqia.embedded import home

    with psycopg.connect(home.database_url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


@contextlib.contextmanager
def database(place: str) -> Iterator[None]:
    """PostgreSQL with the tables, and Redis to ring by, for this run only."""
    os.chmod(place, 0o711)
    for own in ("CQIA_DATABASE_URL", "CQIA_REDIS_URL"):
        os.environ.pop(own, None)
    os.environ |= {"CQIA_HOME": place, "DJANGO_SETTINGS_MODULE": "cqia.settings"}
    from cqia.embedded import home, postgres, redis

    home.write_run({"postgres_port": free_port(), "redis_port": free_port()})
    postgres.create_cluster()
    run = home.read_run()
    command = postgres.command(run["postgres_port"], {})
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [
        subprocess.Popen(**postgres.account().popen(command), cwd="/", **quiet),
        subprocess.Popen(redis.command(run["redis_port"]), cwd="/", **quiet),
    ]
    try:
        while not postgres.answers():
            time.sleep(0.05)
        subprocess.run([sys.executable, ROOT / "manage.py", "migrate", "-v0"], check=True)
        yield
    finally:
        for process in started:
            process.send_signal(signal.SIGINT)
        for process in started:
            process.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# The report


def spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }


def measure(pairs: int, repetitions: int, folder: Path) -> dict[str, object]:
    rows, texts = write(pairs, folder)
    few, _ = write(pairs // 10, folder)
    small = import_in_a_process(few, "few")
    copies, imports, peaks = [], [], []
    for turn in range(repetitions):
        settle()
        copies.append(bare_copy(texts))
        settle()
        found = import_in_a_process(rows, f"turn {turn}")
        assert found["rows"] == pairs, found
        imports.append(found["seconds"])
        peaks.append(found["peak_mb"])
        print(
            f"COPY {copies[-1]:.2f} s, import {imports[-1]:.2f} s, peak {peaks[-1]} MB", flush=True
        )
    ratios = [copy / whole for copy, whole in zip(copies, imports, strict=True)]
    return {
        "copy_ratio": round(statistics.median(ratios), 3),
        "copy_ratio_spread": spread(ratios),
        "peak_mb": max(peaks),
        "peak_mb_at_a_tenth": small["peak_mb"],
        "pairs": pairs,
        "megabytes": round(rows.stat().st_size / 1e6, 1),
        "copy_seconds": spread(copies),
        "import_seconds": spread(imports),
        "pairs_per_s": round(pairs / statistics.median(imports)),
        "repetitions": repetitions,
    }


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 pairs")
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--import", dest="rows", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--source", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.rows:
        import_here(chosen.rows, chosen.source)
        return
    pairs = 10_000 if chosen.quick else chosen.pairs
    with tempfile.TemporaryDirectory(prefix="cqia-bench-") as place, database(place):
        result = measure(pairs, chosen.repetitions, Path(place))
    print(json.dumps({"benchmark": "ingest", **result, "machine": machine()}))


if __name__ == "__main__":
    main()
