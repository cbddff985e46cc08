from __future__ import annotations

import os

from viz_app.files.indexes import IndexSettings, read_index_settings


def test_without_settings_the_public_index_is_asked():
    assert read_index_settings({}, []) == IndexSettings()


def test_later_files_and_then_variables_win(tmp_path):
    first, second = tmp_path / "1.conf", tmp_path / "2.conf"
    first.write_text("[global]\nindex-url = https://one/simple\ncert = /ca.pem\n")
    second.write_text("[install]\nindex_url = https://two/simple\n")
    assert read_index_settings({}, [first, second]).urls == ("https://two/simple",)
    settings = read_index_settings({"PIP_INDEX_URL": "https://three/"}, [first, second])
    assert settings == IndexSettings(("https://three/",), "/ca.pem")


def test_extra_indexes_follow_and_folders_are_left_out():
    environment = {
        "PIP_INDEX_URL": "https://a/simple",
        "PIP_EXTRA_INDEX_URL": "file:///wheels https://b/simple\nhttps://c/simple",
    }
    urls = read_index_settings(environment, []).urls
    assert urls == ("https://a/simple", "https://b/simple", "https://c/simple")


def test_no_index_means_none():
    assert read_index_settings({"PIP_NO_INDEX": "1"}, []).urls == ()


def test_the_user_names_a_configuration_file_or_none_at_all(tmp_path):
    own = tmp_path / "own.conf"
    own.write_text("[global]\nindex-url = https://own/simple\nproxy = http://proxy:3128\n")
    settings = read_index_settings({"PIP_CONFIG_FILE": str(own)})
    assert settings.urls[0] == "https://own/simple"
    assert settings.proxy == "http://proxy:3128"
    assert read_index_settings({"PIP_CONFIG_FILE": os.devnull}) == IndexSettings()


def test_a_broken_configuration_file_does_not_stop_the_others(tmp_path):
    broken, good = tmp_path / "broken.conf", tmp_path / "good.conf"
    broken.write_bytes(b"\xff[[[")
    good.write_text("[global]\nindex-url = https://good/simple\n")
    assert read_index_settings({}, [good, broken]).urls == ("https://good/simple",)
