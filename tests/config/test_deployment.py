"""What the container files promise is what the code reads."""

import re

from app.cli.postgres.places import ROOT
from config.settings import Settings

# Variables of containers that are not ours.
OTHERS = {"POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "OWNER_PASSWORD"}
OTHERS |= {"APP_PASSWORD"}


def test_every_variable_of_compose_is_a_setting():
    named = re.findall(r"^ {4,6}([A-Z_]+):", (ROOT / "compose.yaml").read_text(), re.MULTILINE)
    settings = {name.upper() for name in Settings.model_fields}
    assert set(named) - OTHERS <= settings
    assert {"SECRET_KEY", "SECRET_KEY_FALLBACKS", "MAILS_PER_HOUR"} <= set(named)


def test_every_setting_that_operators_are_told_of_exists():
    table = (ROOT / "docs" / "operations.md").read_text().partition("## Environment")[2]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row.split("|")[1])}
    assert told <= {name.upper() for name in Settings.model_fields}
    assert "MAILS_PER_HOUR" in told


def test_every_file_that_the_image_copies_is_let_through_to_the_builder():
    ignored = (ROOT / ".dockerignore").read_text().split()
    let_through = [line[1:] for line in ignored if line.startswith("!")]
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if re.match(r"COPY (?!--from)", line)]
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists(), name
        assert any(name == one or name.startswith(f"{one}/") for one in let_through), name


def test_every_file_that_compose_mounts_is_there():
    mounted = re.findall(r"- \./([^:]+):", (ROOT / "compose.yaml").read_text())
    assert len(mounted) > 3
    assert all((ROOT / name).exists() for name in mounted)
