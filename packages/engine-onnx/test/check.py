"""Are these files valid ONNX models, every shape and type in them included? Prints a line for each, or fails."""

import sys

import onnx
from onnx import shape_inference

for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    assert model.opset_import[0].version == 17 and model.ir_version == 8
    print(path)
