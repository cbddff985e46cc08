"""The arithmetic of convolution and pooling, and where each of its numbers comes from.

geometry    sizes, padding, unused cells and coverage, one axis at a time
operation   the record of one operation
operands    what it works on, checked once
operate     the numbers
explain     one cell of the output, the input or the kernel, with all its products
cost        parameters and multiplications
grids       named kernels and inputs
presets     the course's worked examples
"""
