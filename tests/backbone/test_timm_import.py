"""timm comes without PyTorch's compiler, and what asks for that gets it."""

import subprocess
import sys
from types import ModuleType

import pytest

from headstart.backbone.timm_import import _disabled, _StandIn


def test_a_stand_in_answers_as_the_module_and_steps_aside(monkeypatch) -> None:
    real = ModuleType("asked_of")
    real.is_compile_supported = lambda device: device == "cpu"
    real.counters = {"a": 1}
    monkeypatch.setattr("headstart.backbone.timm_import.importlib.import_module", lambda name: real)
    stand_in = _StandIn("asked_of")
    monkeypatch.setitem(sys.modules, "asked_of", stand_in)
    assert stand_in.is_compile_supported("cpu") and not stand_in.is_compile_supported("cuda")
    assert "asked_of" not in sys.modules and stand_in.counters == {"a": 1}
    with pytest.raises(AttributeError):
        stand_in.__wrapped__  # noqa: B018 - looking is what fails


def test_what_is_kept_from_the_compiler_is_so_from_its_first_call_on() -> None:
    kept = list[object]()

    def real(function, *options, **named):
        kept.append((function, options, named))
        return function

    def twice(number: int) -> int:
        return 2 * number

    plain, asked = _disabled(real, twice), _disabled(real, reason="slow")(twice)
    assert not kept and plain.__name__ == "twice"
    assert (plain(2), asked(3)) == (4, 6)
    assert kept == [(twice, (), {}), (twice, (), {"reason": "slow"})]
    assert _disabled(real, int) is int and len(kept) == 3


@pytest.mark.journey
@pytest.mark.parametrize("meanwhile", ["", "import torch._dynamo;"])
def test_timm_is_there_without_the_compiler_which_still_works(meanwhile: str) -> None:
    code = f"""if True:
        import sys, torch
        from headstart.backbone import timm_import
        with timm_import._later():
            {meanwhile or "pass"}
            import timm
        assert ("torch._dynamo" in sys.modules) == {bool(meanwhile)}
        assert "_later" not in repr(torch.compiler.disable)
        from torchvision.ops import roi_align
        boxes = torch.tensor([[0, 0.0, 0, 4, 4]])
        print(roi_align(torch.ones(1, 1, 8, 8), boxes, 2).sum().item())
        import torch._dynamo
        print(torch._dynamo.utils.counters is not None)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["4.0", "True"], done.stderr
