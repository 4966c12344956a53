"""The checks of our own find what they are for."""

from argparse import Namespace

import pytest
from babel.messages.catalog import Catalog

from app.cli import check
from app.cli.checks import dependencies, secrets, shape, translations
from app.cli.checks.kept_files import kept_files
from app.cli.chromium import find_chromium


def test_a_pin_without_a_hash_is_found(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("one==1 \\\n    --hash=sha256:ab\ntwo==2\nthree>=3 --hash=sha256:cd\n")
    assert dependencies._unhashed(lock) == [
        "requirements.lock: two==2 is not pinned with a hash.",
        "requirements.lock: three>=3 is not pinned with a hash.",
    ]


def test_what_is_installed_is_what_the_lock_names():
    assert dependencies.problems() == []
    assert dependencies._drift({"flask": "0.1"}) != []


def test_a_missing_and_a_guessed_translation_are_found():
    source, chinese = Catalog(), Catalog(locale="zh_Hans_CN")
    for text in ("Contact", "Account", "Lead", ("Case", "Cases")):
        source.add(text)
    chinese.add("Contact", "联系人")
    chinese.add("Account", "客户", flags=["fuzzy"])
    chinese.add("Lead", "")
    assert translations._gaps("zh_Hans_CN", source, chinese) == [
        "zh_Hans_CN: 'Account' is only guessed (fuzzy).",
        "zh_Hans_CN: 'Lead' has no translation.",
        "zh_Hans_CN: 'Case' has no translation.",
    ]


def test_a_new_secret_is_found_and_a_reviewed_one_is_not(tmp_path, monkeypatch):
    file = tmp_path / "settings.py"
    file.write_text('api_key = "q8Zr' + '2LmT0vXw91KpYb7d"\n')
    monkeypatch.setattr(secrets, "ROOT", tmp_path)
    monkeypatch.setattr(secrets, "_files", lambda: ["settings.py"])
    (found,) = set(secrets.problems())
    assert found.startswith("settings.py:1 looks like a secret")


@pytest.fixture
def clone(tmp_path):
    """A folder with files that are kept and files that are not, of which git knows nothing."""
    names = ("app/a.py", "app/a.mo", "b.toml", "node_modules/x/y.js", "app/static/dist/z.js")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / ".gitignore").write_text("node_modules/\n*.mo\napp/static/dist/\n")
    return tmp_path


def test_an_archive_without_history_is_searched_all_the_same(clone):
    assert kept_files(clone) == [".gitignore", "app/a.py", "b.toml"]


def test_a_machine_without_git_searches_all_the_same(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone))
    assert kept_files(clone) == [".gitignore", "app/a.py", "b.toml"]


def test_git_and_the_walk_agree_on_this_clone(monkeypatch):
    told = set(kept_files(secrets.ROOT))
    monkeypatch.setenv("PATH", "")
    walked = set(kept_files(secrets.ROOT))
    assert "zuke" in told & walked
    # What is kept is searched either way; the walk may see a local file that git would not keep.
    assert told <= walked


def test_the_longest_come_first_and_are_marked(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "short.py").write_text("pass\n")
    (tmp_path / "app" / "long.py").write_text("pass\n" * 301)
    files = shape.report(tmp_path).split("\n\n")[0].splitlines()
    assert files[1:] == ["   301* app/long.py", "     1  app/short.py"]


def test_a_browser_that_was_named_and_is_not_there_is_none(tmp_path):
    assert find_chromium(str(tmp_path / "chromium")) is None


def test_a_name_of_no_check_is_refused_with_the_names_that_there_are(monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(
        check, "STEPS", (("lint", lambda: ran.append("lint") or []), ("types", list))
    )
    assert check.run(Namespace(shape=False, steps=["lint", "lnt"])) == 2
    assert ran == []
    told = capsys.readouterr().err
    assert "There is no check called lnt." in told
    assert "There are: lint, types." in told
    assert check.run(Namespace(shape=False, steps=["lint"])) == 0
    assert ran == ["lint"]
