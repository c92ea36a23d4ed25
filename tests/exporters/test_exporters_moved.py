"""Files that are moved, deleted or emptied while they are written, as logrotate does."""

import logging
import os
import shutil

import pytest
from event_lines import LINE
from span_blocks import block

from kumi_exporters.eventfile.event_file import EventFile
from kumi_exporters.jsonl import JsonlSpanExporter


def rename(path):
    path.rename(path.with_suffix(".1"))


def create(path):
    rename(path)
    path.touch()


def copytruncate(path):
    shutil.copy(path, path.with_suffix(".1"))
    os.truncate(path, 0)


def copytruncate_and_a_neighbour_is_first(path):
    size = path.stat().st_size
    copytruncate(path)
    with path.open("ab") as neighbour:
        neighbour.write(b'{"event":"profile_start","process":"0a0b0c0d"}\n'.ljust(size, b"\n"))


AWAY = [rename, create, copytruncate, copytruncate_and_a_neighbour_is_first]


@pytest.mark.parametrize("take_away", AWAY)
def test_it_is_opened_anew_and_said_once(take_away, path, caplog):
    caplog.set_level(logging.INFO)
    file = EventFile(path)
    assert file.ready() == 1
    file.write(LINE * 3, 3)
    assert file.ready() == 1
    take_away(path)
    assert [file.ready(), file.ready()] == [2, 2]
    assert file.write(LINE, 1) == 1

    assert path.read_bytes().endswith(LINE)
    assert path.read_bytes().count(LINE) == 1
    assert path.with_suffix(".1").read_bytes() == LINE * 3
    assert not path.with_suffix(".jsonl.old").exists()
    assert len(caplog.messages) == 1
    assert "opened anew" in caplog.text


def test_a_deleted_file_is_made_again(path):
    file = EventFile(path)
    file.ready()
    file.write(LINE, 1)
    path.unlink()
    assert file.ready() == 2
    file.write(LINE, 1)
    assert path.read_bytes() == LINE


@pytest.mark.parametrize("take_away", AWAY[:3])
def test_an_exporter_describes_its_programs_again(take_away, path):
    exporter = JsonlSpanExporter(path)
    exporter.export_blocks([block(runs=1)])
    before = path.read_bytes()
    take_away(path)
    exporter.export_blocks([block(runs=1)])
    assert b'{"event":"program"' in path.read_bytes()
    assert path.read_bytes().count(b"\n") == before.count(b"\n")


def test_a_place_that_cannot_be_opened_has_no_number(tmp_path):
    (tmp_path / "plain").write_text("a file")
    file = EventFile(tmp_path / "plain" / "p.jsonl")
    assert [file.ready(), file.ready()] == [0, 0]
    assert not file.dropped


def test_an_abandoned_file_begins_anew_and_leaves_the_parent_s_alone(path):
    file = EventFile(path)
    file.ready()
    file.write(LINE, 1)
    child = os.fork()
    if not child:
        file.abandon()
        os._exit(0 if file.ready() == file.write(LINE, 1) == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert file.ready() == 1
    file.write(LINE, 1)
    assert path.read_bytes() == LINE * 3
