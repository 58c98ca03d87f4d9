from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakesmith.cli.submit_settings import changes
from lakesmith.session.cold_start import CLASS_PATH, OPTIONS, PACKAGES, cache, quicken, remember
from lakesmith.session.start import LOGGING, VERBOSE, _quiet_start

ASKED = {"spark.master": "local[2]", PACKAGES: "io.delta:delta:4", OPTIONS: "-XX:+UseSerialGC"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache of its own, a Spark that is a directory with one JAR, and a Java that is a file."""
    for name in ("spark/jars/core.jar", "java/bin/java", "java/release"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SPARK_HOME", str(tmp_path / "spark"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    monkeypatch.delenv("SPARK_CONF_DIR", raising=False)
    monkeypatch.setenv(CLASS_PATH, "")
    return tmp_path


@pytest.fixture
def jars(place: Path) -> list[str]:
    """Let a session have resolved two JARs, beside one that its user named."""
    ivy = place / ".ivy2" / "jars"
    ivy.mkdir(parents=True)
    found = [ivy / "io.delta_delta-4.jar", ivy / "io.delta_storage-4.jar"]
    for jar in found:
        jar.touch()
    named = [f"file://{jar}" for jar in found]
    remember({**ASKED, "spark.jars": ",".join([*named, "file:///opt/mine.jar"])})
    return [str(jar) for jar in found]


def archive_option() -> str:
    (option,) = [text for text in quicken(ASKED)[OPTIONS].split() if ".jsa" in text]
    return option


def test_the_first_session_asks_ivy() -> None:
    assert quicken(ASKED) == ASKED


def test_a_later_session_takes_what_ivy_resolved_from_the_class_path(jars: list[str]) -> None:
    assert PACKAGES not in quicken(ASKED)
    assert os.environ[CLASS_PATH].split(":") == jars


def test_a_class_path_of_the_user_stays_and_comes_first(jars: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CLASS_PATH, "/opt/hadoop")
    quicken(ASKED)
    quicken(ASKED)
    assert os.environ[CLASS_PATH].split(":") == ["/opt/hadoop", *jars]


@pytest.mark.parametrize("master", ["spark://10.0.0.1:7077", "local-cluster[2,1,1024]", "yarn", ""])
def test_a_cluster_is_left_alone(jars: list[str], master: str) -> None:
    asked = ASKED | {"spark.master": master}
    assert quicken(asked) == asked


def test_other_packages_are_resolved_again(jars: list[str]) -> None:
    asked = ASKED | {PACKAGES: "io.delta:delta:5"}
    assert quicken(asked) == asked


def test_a_missing_jar_is_resolved_again(jars: list[str]) -> None:
    Path(jars[0]).unlink()
    assert quicken(ASKED) == ASKED


def test_one_session_writes_the_archive_and_later_ones_use_it(jars: list[str]) -> None:
    writes = archive_option()
    assert writes.startswith("-XX:ArchiveClassesAtExit=")
    assert ".jsa" not in quicken(ASKED)[OPTIONS], "another session meanwhile"
    Path(writes.split("=")[1]).touch()
    assert archive_option() == writes.replace("ArchiveClassesAtExit", "SharedArchiveFile")


def test_another_java_has_another_archive(jars: list[str], place: Path) -> None:
    first = archive_option()
    (place / "java" / "release").write_text('JAVA_VERSION="21.0.1"')
    assert archive_option() != first


def test_old_archives_are_removed(jars: list[str]) -> None:
    for number in range(4):
        (cache() / f"{number}.jsa").touch()
        os.utime(cache() / f"{number}.jsa", (number, number))
    quicken(ASKED)
    assert sorted(file.name for file in cache().glob("*.jsa")) == ["2.jsa", "3.jsa"]


def test_options_of_the_user_come_last_and_so_win(jars: list[str]) -> None:
    assert quicken(ASKED)[OPTIONS].endswith(" -XX:+UseSerialGC")


def test_no_archive_with_a_conf_directory_of_spark(jars: list[str], place: Path) -> None:
    (place / "spark" / "conf").mkdir()
    (place / "spark" / "conf" / "spark-defaults.conf").touch()
    assert quicken(ASKED)[OPTIONS] == ASKED[OPTIONS]


def test_a_cache_that_cannot_be_written_is_done_without(
    jars: list[str], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "file"))
    remember({**ASKED, "spark.jars": ",".join(jars)})
    assert quicken(ASKED) == ASKED


def test_spark_submit_gets_the_differences(jars: list[str]) -> None:
    changed = changes({**ASKED, "spark.ui.enabled": "false"})
    assert changed[PACKAGES] == "" and changed.keys() == {PACKAGES, OPTIONS}


def test_a_local_session_starts_without_logs_unless_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    local = {"spark.master": "local[2]"}
    assert f"-D{LOGGING}=file:" in _quiet_start(local)[OPTIONS]
    assert _quiet_start({"spark.master": "spark://10.0.0.1:7077"}) == {"spark.master": "spark://10.0.0.1:7077"}
    monkeypatch.setenv(VERBOSE, "1")
    assert _quiet_start(local) == local
