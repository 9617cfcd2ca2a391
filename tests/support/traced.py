"""A training step as TensorFlow traces it, without running it: what it computes, and what it holds."""

import numpy as np
import tensorflow as tf

from stylegan_tf import StyleGAN

ALIASES = {
    "Identity",
    "Reshape",
    "StopGradient",
    "ExpandDims",
    "Squeeze",
    "ReadVariableOp",
    "VarHandleOp",
    "Placeholder",
}


def operations_of_a_step(config, resolution):
    """The operations that the results of a step need, in the order in which they were traced."""
    gan = StyleGAN(config)
    gan.compile()
    batch = config.batch_size_at(resolution)
    gan.label_pool = tf.zeros(10, tf.int64)
    images = tf.TensorSpec((batch, resolution, resolution, config.channels), tf.uint8)
    labels = tf.TensorSpec((batch,), tf.int64) if config.label_dim else None
    alpha = 1.0 if resolution == gan.schedule.resolutions[0] else tf.TensorSpec(())
    scalars = [tf.TensorSpec((), tf.int64), alpha, tf.TensorSpec(())]
    graph = gan.traced_step(resolution).get_concrete_function(images, labels, *scalars).graph
    todo, needed = [*(t.op for t in graph.outputs), *graph.control_outputs], set()
    while todo:
        op = todo.pop()
        if op not in needed:
            needed.add(op)
            todo += [*(t.op for t in op.inputs), *op.control_inputs]
    return [op for op in graph.get_operations() if op in needed]


def multiply_adds(op):
    """Of a matrix product or convolution, by its shapes; 0 for others."""
    depthwise = op.type.startswith("DepthwiseConv2dNative")
    kind = op.type.replace("DepthwiseConv2dNative", "Conv2D")
    if kind == "MatMul":
        inner = op.inputs[0].shape[0 if op.get_attr("transpose_a") else 1]
        return int(np.prod(op.outputs[0].shape)) * inner
    tensors = {  # the kernel and the image that has one pixel for each place of the kernel
        "Conv2D": lambda: (op.inputs[1], op.outputs[0]),
        "Conv2DBackpropInput": lambda: (op.inputs[1], op.inputs[2]),
        "Conv2DBackpropFilter": lambda: (op.outputs[0], op.inputs[2]),
    }.get(kind)
    if tensors is None:
        return 0
    kernel, image = (tuple(t.shape) for t in tensors())
    return int(np.prod(image) * np.prod(kernel[:2])) * (1 if depthwise else kernel[2])


def peak_bytes(operations):
    """The most that the results of operations take, run one after the other, each result kept until its last
    use.

    Variables are not counted, nor what an operation needs while it runs.
    """
    base, last, size = {}, {}, {}
    for i, op in enumerate(operations):
        for t in op.outputs:
            alias = op.type in ALIASES
            base[t.ref()] = base.get(op.inputs[0].ref(), t.ref()) if alias and op.inputs else t.ref()
            known = t.shape.is_fully_defined() and t.dtype.size and not alias
            size[t.ref()] = int(np.prod(t.shape)) * t.dtype.size if known else 0
        for t in op.inputs:
            last[base[t.ref()]] = i
    ends = {}
    for ref, i in last.items():
        ends.setdefault(i, []).append(ref)
    live = peak = 0
    for i, op in enumerate(operations):
        live += sum(size[t.ref()] for t in op.outputs if t.ref() in last)
        peak = max(peak, live)
        live -= sum(size[ref] for ref in ends.get(i, []))
    return peak
