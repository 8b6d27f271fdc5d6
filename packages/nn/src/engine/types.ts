/** @file TensorFlow's numbers of the types we use: `DataType` of its `types.proto`. */

/** 32-bit floating point. */
export const FLOAT32 = 1;
/** 32-bit signed integers. */
export const INT32 = 3;
/** Truth values, a byte each. */
export const BOOL = 10;
/** IEEE 754 binary16. */
export const FLOAT16 = 19;
/** The upper half of float32. */
export const BFLOAT16 = 14;
