from __future__ import annotations

import pytest

from viz_app.core.errors import WeightsError
from viz_app.files.specs import check_spec


@pytest.mark.parametrize("spec", ["gone.pth", "gone.py:make@1x28x28"])
def test_a_file_that_is_not_there_is_said_before_anything_is_opened(spec):
    with pytest.raises(WeightsError, match="There is no file “gone"):
        check_spec(spec)


def test_a_module_need_not_be_a_file(tmp_path):
    check_spec("my_models.nets:make")
    (tmp_path / "w.safetensors").touch()
    check_spec(str(tmp_path / "w.safetensors"))
