from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.labs.style_kit import fill_the_disk, quick_optimise
from viz_app.cli import main
from viz_app.files.images import open_image, text_of
from viz_app.labs.style import jobs


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)


def picture(path, value):
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (30, 20), (value, 90, 20)).save(path)
    return str(path)


def test_one_picture_is_painted_with_its_settings_inside(tmp_path, capsys):
    out = tmp_path / "out.png"
    style = picture(tmp_path / "s.png", 200)
    arguments = [
        "--size",
        "128",
        "--steps",
        "12",
        "--beta",
        "3",
        "--lambdas",
        "1",
        "2",
        "1",
        "1",
        "0",
    ]
    assert main(["style", "sample:coffee", style, "-o", str(out), *arguments]) == 0
    assert open_image(out).width == 128
    text = text_of(out)["convolab"]
    assert '"beta": 3.0' in text
    assert '"lambda_5": 0.01' in text
    assert '"image": "sample:coffee"' in text
    assert "step 12" in capsys.readouterr().out


def test_settings_of_a_painted_picture_serve_the_next_one(tmp_path):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    common = ["style", "sample:coffee", "sample:glass", "-o"]
    main([*common, str(one), "--size", "128", "--steps", "15", "--beta", "2.5"])
    main([*common, str(two), "--settings", str(one)])
    assert np.array_equal(open_image(one).pixels, open_image(two).pixels)


def test_folders_give_every_content_in_every_style_and_go_on_after_a_bad_file(tmp_path, capsys):
    for name in ("a", "b"):
        picture(tmp_path / "c" / f"{name}.png", 10)
    (tmp_path / "c" / "broken.png").write_bytes(b"no picture")
    for name in ("x", "y"):
        picture(tmp_path / "s" / f"{name}.png", 99)
    out = tmp_path / "out"
    arguments = ["style", str(tmp_path / "c"), str(tmp_path / "s"), "-o", str(out)]
    assert main([*arguments, "--size", "128", "--steps", "10"]) == 1
    assert sorted(p.name for p in out.iterdir()) == [f"{c} as {s}.png" for c in "ab" for s in "xy"]
    assert "broken.png" in capsys.readouterr().err


def test_many_pictures_do_not_go_into_one_file(tmp_path, capsys):
    for name in ("a", "b"):
        picture(tmp_path / "c" / f"{name}.png", 10)
    assert main(["style", str(tmp_path / "c"), "sample:glass", "-o", "one.png"]) == 1
    assert "name a folder" in capsys.readouterr().err


def test_the_options_of_a_run_are_in_its_settings(tmp_path):
    out, mask = tmp_path / "o.png", picture(tmp_path / "m.png", 255)
    options = (
        "--size 128 --steps 10 --network vgg19 --pooling average --style-scale 1.5 --blend 1 3"
    )
    options += f" --also sample:glass --mask {mask} --start-image {mask}"
    assert main(["style", "sample:coffee", "sample:night", "-o", str(out), *options.split()]) == 0
    text = text_of(out)["convolab"]
    assert '"network": "vgg19"' in text
    assert '"pooling": "average"' in text
    assert '"others": ["sample:glass"]' in text.replace("\n", "").replace("  ", "")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--also a --also b --also c --also d", "At most 4 styles can be mixed, not 5"),
        ("--also sample:glass --blend 1", "one weight for each style"),
        ("--blend 1 2", "one weight for each style, STYLE first, 1 in all"),
    ],
)
def test_styles_without_their_weights_are_refused(tmp_path, capsys, options, sentence):
    common = ["style", "sample:coffee", "sample:night", "-o", str(tmp_path / "o.png")]
    assert main([*common, *options.split()]) == 1
    assert sentence in capsys.readouterr().err


def test_pictures_of_one_name_do_not_go_into_one_file(tmp_path):
    for name in ("a.png", "a.jpg"):
        picture(tmp_path / "c" / name, 10)
    common = ["style", str(tmp_path / "c"), "sample:glass", "--size", "128", "--steps", "10"]
    for _ in range(2):  # painted anew, it takes the place of what was painted before
        assert main([*common, "-o", str(tmp_path / "out")]) == 0
    names = ["a as glass 2.png", "a as glass.png"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names


@pytest.mark.parametrize("option", ["--alpha nan", "--rate inf", "--lambda conv3_2=nan"])
def test_a_weight_that_is_no_number_is_refused(capsys, option):
    with pytest.raises(SystemExit):
        main(["style", "sample:coffee", "sample:night", "-o", "o.png", *option.split()])
    assert "is no number" in capsys.readouterr().err


def test_a_full_disk_ends_it_at_once(tmp_path, monkeypatch, capsys):
    for name in ("a", "b"):
        picture(tmp_path / "c" / f"{name}.png", 10)
    fill_the_disk(monkeypatch)
    out = ["-o", str(tmp_path / "out"), "--size", "128", "--steps", "10"]
    assert main(["style", str(tmp_path / "c"), "sample:glass", *out]) == 1
    told = capsys.readouterr().err
    assert told.count("no room left") == 1
    assert "b as glass" not in told


def test_ctrl_c_tells_how_many_are_saved(tmp_path, monkeypatch, capsys):
    def interrupted(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "optimise", interrupted)
    out = tmp_path / "o.png"
    assert main(["style", "sample:coffee", "sample:night", "-o", str(out), "--size", "128"]) == 130
    assert "0 of 1 saved" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_is_none_is_told_before_the_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jobs, "optimise", None)
    inside = picture(tmp_path / "a.png", 1) + "/b.png"
    assert main(["style", "sample:coffee", "sample:glass", "-o", inside]) == 1
    assert "“a.png”: choose another folder" in capsys.readouterr().err


def test_the_run_is_saved_as_a_film_beside_the_picture(tmp_path):
    out, film = tmp_path / "out.png", tmp_path / "run.gif"
    options = ["--size", "128", "--steps", "10", "--film", str(film)]
    assert main(["style", "sample:coffee", "sample:glass", "-o", str(out), *options]) == 0
    with Image.open(film) as frames:
        assert frames.n_frames == 11


@pytest.mark.parametrize(
    ("out", "film"), [("a.bmp", "b.gif"), ("a.png", "b.avi"), ("all", "b.gif")]
)
def test_a_file_that_cannot_be_written_is_refused_before_the_run(
    tmp_path, monkeypatch, capsys, out, film
):
    monkeypatch.setattr(jobs, "optimise", None)
    contents = picture(tmp_path / "contents" / "a.png", 1)
    picture(tmp_path / "contents" / "b.png", 2)
    content = str(tmp_path / "contents") if out == "all" else contents
    files = ["-o", str(tmp_path / out), "--film", str(tmp_path / film)]
    assert main(["style", content, "sample:glass", *files]) == 1
    assert (out if out == "a.bmp" else film) in capsys.readouterr().err
