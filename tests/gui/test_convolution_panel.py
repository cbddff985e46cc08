import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton, QScrollArea, QSlider, QWidget

from viz_app.gui.panels.convolution.panel import ConvolutionPanel
from viz_app.labs.convolution.pointing import Target
from viz_app.labs.convolution.presenter import ConvolutionPresenter


@pytest.fixture
def lab(start_house, qtbot):
    """The lab on the first sample, shown and read."""
    program = start_house(labs=((ConvolutionPresenter, ConvolutionPanel),))
    program.window.resize(1200, 820)
    qtbot.waitExposed(program.window)
    qtbot.waitUntil(lambda: program.keeper.shelf.current() is not None, timeout=20_000)
    return program.window.rooms["convolution"]


@pytest.fixture
def figure(lab):
    return lab.panel.step.figure


def middle(figure, block, *index):
    return figure.box_of(Target(block, index)).center().toPoint()


def seen(widget):
    """What a widget paints, as pixels."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].copy()


def test_pointing_at_an_output_cell_explains_it(lab, figure, qtbot):
    before = seen(figure)
    qtbot.mouseMove(figure, middle(figure, "output", 0, 2, 3))
    qtbot.waitUntil(lambda: lab.panel.step._story_card.title.text() == "Output cell (2, 3)")
    assert lab.panel.step.story.total.accessibleName() == "= −7"
    assert not np.array_equal(seen(figure), before)
    qtbot.mouseMove(figure, QPoint(3, 3))
    qtbot.waitUntil(lambda: lab.panel.step._story_card.title.text() == "Output cell (0, 0)")


def test_a_click_pins_and_the_arrow_keys_move_the_pin(lab, figure, qtbot):
    qtbot.mouseClick(figure, Qt.MouseButton.LeftButton, pos=middle(figure, "output", 0, 1, 1))
    assert lab.panel.step.transport.count.text() == "6 / 16"
    qtbot.keyClick(figure, Qt.Key.Key_Down)
    qtbot.keyClick(figure, Qt.Key.Key_Left)
    assert lab.panel.step.transport.count.text() == "9 / 16"
    qtbot.keyClick(figure, Qt.Key.Key_End)
    assert lab.panel.step.transport.count.text() == "16 / 16"


def test_a_double_click_types_a_number_into_an_input_cell(lab, figure, qtbot):
    at = middle(figure, "input", 0, 0, 0)
    qtbot.mouseDClick(figure, Qt.MouseButton.LeftButton, pos=at)
    assert figure._edit.isVisible()
    qtbot.keyClicks(figure._edit, "13")
    qtbot.keyClick(figure._edit, Qt.Key.Key_Return)
    assert lab.presenter.stepping.layer.x[0, 0, 0] == 13
    assert lab.presenter.stepping.layer.a[0, 0, 0] == 5


def test_a_kernel_cell_is_reached_and_typed_by_keyboard_alone(lab, figure, qtbot):
    figure.setFocus()
    qtbot.keyClicks(figure, "k")
    qtbot.keyClick(figure, Qt.Key.Key_Right)
    qtbot.keyClicks(figure, "-")
    qtbot.keyClicks(figure._edit, "4")
    qtbot.keyClick(figure._edit, Qt.Key.Key_Return)
    assert lab.presenter.stepping.layer.weights[0, 0].tolist()[0] == [1, -4, -1]


def test_escape_leaves_a_cell_as_it_was(lab, figure, qtbot):
    before = lab.presenter.scene
    figure.start_edit(Target("kernel", (0, 0, 0, 0)))
    qtbot.keyClicks(figure._edit, "9")
    qtbot.keyClick(figure._edit, Qt.Key.Key_Escape)
    assert lab.presenter.scene == before
    assert not figure._edit.isVisible()


def test_play_reaches_the_end_and_stops(lab, qtbot):
    transport = lab.panel.step.transport
    lab.presenter.edited("speed", 60.0)
    button = next(b for b in transport.findChildren(QPushButton) if b.text() == "Play")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Pause"
    qtbot.waitUntil(lambda: button.text() == "Play", timeout=10_000)
    assert transport.count.text() == "16 / 16"


def test_the_scrub_bar_goes_to_any_step(lab, qtbot):
    scrub = lab.panel.step.transport.scrub
    scrub.setFocus()
    qtbot.keyClick(scrub, Qt.Key.Key_Right)
    qtbot.keyClick(scrub, Qt.Key.Key_Right)
    assert lab.presenter.scene.step == 3


def test_pasted_cells_become_the_input(lab, qtbot):
    QGuiApplication.clipboard().setText("1\t2\t3\t4\n5\t6\t7\t8\n9\t8\t7\t6")
    lab.panel.ask_paste("input")
    assert lab.presenter.stepping.layer.x.shape == (1, 3, 4)


def test_the_wheel_zooms_and_the_cell_under_the_pointer_stays(figure):
    at = QPointF(figure.box_of(Target("input", (0, 2, 2))).center())
    figure.zoom_by(2.0, at)
    assert figure.box_of(Target("input", (0, 2, 2))).contains(at)
    figure.fit()
    assert figure._zoom == 1.0


def test_a_drag_on_the_photo_moves_the_piece(lab, qtbot):
    lab.presenter.edited("source", "photo")
    crop = lab.panel.step.crop
    qtbot.waitUntil(crop.isVisible)
    before = lab.presenter.stepping.layer.x.copy()
    at = crop.to_widget().map(QPointF(100, 80)).toPoint()
    qtbot.mouseClick(crop, Qt.MouseButton.LeftButton, pos=at)
    scene = lab.presenter.scene
    assert (abs(scene.crop_x - 94), abs(scene.crop_y - 74)) <= (2, 2)
    assert not np.array_equal(lab.presenter.stepping.layer.x, before)
    qtbot.keyClick(crop, Qt.Key.Key_Right)
    assert lab.presenter.scene.crop_x == scene.crop_x + 1


def test_the_photo_view_shows_the_output_and_both_zoom_together(lab, qtbot):
    lab.presenter.edited("view", "photo")
    page = lab.panel.photo
    qtbot.waitUntil(lambda: page.output.picture_size != (0, 0), timeout=60_000)
    assert page.output.picture_size == (449, 298)
    page.photo.zoom_by(4.0, QPointF(60, 60))
    assert page.output._zoom == 4.0
    shares = page.photo.share_of_middle(), page.output.share_of_middle()
    assert shares[0] == shares[1]


def test_pointing_at_the_output_of_a_photo_tells_its_sum(lab, qtbot):
    lab.presenter.edited("view", "photo")
    page = lab.panel.photo
    qtbot.waitUntil(lambda: page.output.picture_size != (0, 0), timeout=60_000)
    assert page.photo.mapTo(page, QPoint()).y() == page.output.mapTo(page, QPoint()).y()
    before = seen(page.photo)
    page.output.zoom_by(20.0)
    at = page.output.to_widget().map(QPointF(224.5, 149.5)).toPoint()
    qtbot.mouseMove(page.output, at)
    assert page._words_card.title.text().startswith("Output pixel: column 224, row 149")
    value = lab.presenter.photo.filtered.z[0, 149, 224]
    shown = page.story.total.accessibleName().removeprefix("= ").replace("−", "-")
    assert float(shown) == pytest.approx(value, rel=1e-4)
    assert not np.array_equal(seen(page.photo), before)
    lines = page.story.lines.parent().parent()  # the total follows the lines
    qtbot.waitUntil(lambda: 0 < page.story.total.y() - lines.geometry().bottom() < 8)
    page.output.leaveEvent(None)
    assert page._words_card.title.text() == "From photo to output"
    qtbot.mouseClick(page.output, Qt.MouseButton.LeftButton, pos=at)
    page.output.leaveEvent(None)
    assert page._words_card.title.text().endswith("column 224, row 149 (pinned)")
    qtbot.keyClick(page.output, Qt.Key.Key_Right)
    assert "column 225, row 149" in page._words_card.title.text()


def test_a_drag_on_the_kernel_changes_its_number(lab, qtbot):
    lab.presenter.edited("view", "photo")
    kernel = lab.panel.photo.kernel
    qtbot.waitUntil(lambda: kernel.box_of(Target("kernel", (0, 0, 1, 1))) is not None)
    at = middle(kernel, "kernel", 0, 0, 1, 1)
    qtbot.mousePress(kernel, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(kernel, at - QPoint(0, 25))
    qtbot.mouseRelease(kernel, Qt.MouseButton.LeftButton, pos=at - QPoint(0, 25))
    assert lab.presenter.scene.weights.array()[0, 0, 1, 1] == 3


def test_learning_runs_pauses_and_goes_on(lab, qtbot):
    lab.presenter.edited("view", "learn")
    page, learn = lab.panel.learn, lab.presenter.learn
    qtbot.mouseClick(page._toggle, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: learn.newest is not None and learn.newest.step > 10, timeout=60_000)
    assert page._toggle.text() == "Pause"
    qtbot.mouseClick(page._toggle, Qt.MouseButton.LeftButton)
    assert page._toggle.text() == "Go on"
    lab.presenter.edited("wanted", "blur")
    assert page._toggle.text() == "Learn"


def test_a_stroke_drawn_on_the_photo_is_kept_in_the_scene(lab, qtbot):
    lab.presenter.edited("view", "learn")
    lab.presenter.edited("target", "drawn")
    photo = lab.panel.learn.photo
    qtbot.waitUntil(lambda: photo.draws)
    start, end = (photo.to_widget().map(QPointF(x, 150)).toPoint() for x in (50, 400))
    qtbot.mousePress(photo, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(photo, end)
    qtbot.mouseRelease(photo, Qt.MouseButton.LeftButton, pos=end)
    xs = [x for stroke in lab.presenter.scene.drawing for x in (stroke[0], stroke[2])]
    assert min(xs) < 0.15
    assert max(xs) > 0.85


def test_the_compare_view_shows_both_verdicts(lab):
    lab.presenter.edited("view", "compare")
    words = [label.text() for label in lab.panel.compare._verdicts]
    assert "equal to the last bit" in words[0]
    assert "differ" in words[1]


def test_the_figure_is_saved_as_svg_with_its_numbers_as_text(lab, tmp_path):
    path = tmp_path / "figure.svg"
    lab.panel.save_figure(path)
    text = path.read_text("utf-8")
    assert "<svg" in text
    assert ">−16</text>" in text or ">-16</text>" in text or "−16" in text


def test_the_steps_are_saved_as_a_gif(lab, qtbot, tmp_path):
    path = tmp_path / "steps.gif"
    lab.panel.save_animation(path)
    qtbot.waitUntil(path.exists, timeout=60_000)
    with Image.open(path) as image:
        assert image.n_frames == 16


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_example_is_painted_in_both_schemes_and_at_every_size(lab, figure, scheme):
    from viz_app.labs.convolution.examples import examples

    figure._theme.set_mode(scheme)
    for name in examples():
        lab.presenter.edited("example", name)
        for size in ((300, 160), (640, 400), (1800, 1100)):
            figure.resize(*size)
            assert seen(figure).std() > 0, name


def test_values_are_never_smaller_than_can_be_read(lab, figure):
    for cells in (6, 12, 24, 48, 64):
        lab.presenter.edited("cells_x", cells)
        lab.presenter.edited("cells_y", cells)
        for box in figure._layout.boxes:
            px = figure._painter.font_px(box)
            assert px == 0 or px >= 8


def test_everything_that_can_be_used_has_a_name_and_a_tooltip(lab):
    for view in ("step", "photo", "learn", "compare"):
        lab.presenter.edited("view", view)
        page = lab.panel.pages[view]
        for widget in page.findChildren(QWidget):
            is_input = isinstance(widget, QPushButton | QSlider)
            if is_input or widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                if not widget.isVisible() or "plot" in type(widget).__name__.lower():
                    continue
                assert widget.accessibleName(), widget
                assert widget.toolTip(), widget


def test_the_views_can_be_read_with_larger_text(lab, start_house, qtbot):
    window = lab.panel.window()
    window.resize(1024, 700)
    lab.panel.theme.set_scale(1.5)
    views = lab.panel.views
    qtbot.waitUntil(lambda: views.list.isVisible() or views.width() >= views.sizeHint().width())
    assert window.export_button.text() == ""
    assert window.export_button.accessibleName() == "Export"
    lab.panel.theme.set_scale(1.0)
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: window.export_button.text() == "Export")


def test_the_inspector_shows_only_what_a_view_can_use(lab):
    widgets = lab.controls.widgets
    assert not widgets["map"].isVisible()
    assert widgets["taps"].isVisible()
    lab.presenter.edited("view", "learn")
    assert widgets["rate"].isVisible()
    assert not widgets["taps"].isVisible()


def test_at_large_text_in_a_small_window_nothing_is_cut_off_at_the_side(lab, qtbot):
    window = lab.panel.window()
    window.theme.set_scale(1.5)
    window.resize(1024, 700)
    for view in ("step", "photo", "learn", "compare"):
        lab.presenter.edited("view", view)
        page = lab.panel.pages[view]
        area = lab.panel.parent()
        while not isinstance(area, QScrollArea):
            area = area.parent()
        qtbot.waitUntil(lambda page=page: page.isVisible())
        assert page.minimumSizeHint().width() <= area.maximumViewportSize().width(), view
    window.theme.set_scale(1.0)


def test_a_title_reaches_over_what_is_not_beside_it(lab, figure, qtbot):
    lab.panel.window().resize(1024, 700)
    lab.presenter.edited("dimensions", 3)
    metrics = QFontMetricsF(lab.panel.theme.font(11, is_bold=True))
    titled = [box for box in figure._layout.boxes if box.title]
    assert len(titled) == 3
    for box in titled:
        assert metrics.horizontalAdvance(box.title) <= box.room, box.title
