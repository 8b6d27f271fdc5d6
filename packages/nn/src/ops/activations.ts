import * as tf from '@tensorflow/tfjs-core';

/**
 * GELU, exact: `x * Phi(x)` with the error function.
 * @see https://arxiv.org/abs/1606.08415
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  const forward = tf.customGrad((input, save) => {
    const values = input as tf.Tensor;
    const phi = normalCdf(values);
    (save as tf.GradSaveFunc)([values, phi]);
    return {
      value: tf.mul(values, phi),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [v, cdf] = saved as [tf.Tensor, tf.Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(v), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(cdf, tf.mul(v, density)));
      },
    };
  });
  return forward(x);
}

/** GELU in its tanh form, as SigLIP uses it: `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`. */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  const scale = Math.sqrt(2 / Math.PI);
  const cubic = 0.044715;
  const forward = tf.customGrad((input, save) => {
    const values = input as tf.Tensor;
    const square = tf.square(values);
    const t = tf.tanh(tf.mul(tf.mul(values, scale), tf.add(tf.mul(square, cubic), 1)));
    (save as tf.GradSaveFunc)([values, t]);
    return {
      value: tf.mul(tf.mul(values, 0.5), tf.add(t, 1)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [v, tanh] = saved as [tf.Tensor, tf.Tensor];
        const inner = tf.mul(tf.add(tf.mul(tf.square(v), 3 * cubic), 1), scale);
        const slope = tf.mul(tf.mul(tf.sub(1, tf.square(tanh)), inner), v);
        return tf.mul(dy, tf.mul(tf.add(tf.add(tanh, 1), slope), 0.5));
      },
    };
  });
  return forward(x);
}

/** SiLU (swish): `x * sigmoid(x)`. @see https://arxiv.org/abs/1702.03118 */
export function silu(x: tf.Tensor): tf.Tensor {
  const forward = tf.customGrad((input, save) => {
    const values = input as tf.Tensor;
    const gate = tf.sigmoid(values);
    (save as tf.GradSaveFunc)([values, gate]);
    return {
      value: tf.mul(values, gate),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [v, s] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(dy, tf.mul(s, tf.add(tf.mul(v, tf.sub(1, s)), 1)));
      },
    };
  });
  return forward(x);
}

/** GELU by a sigmoid, as OpenAI's CLIP has it: `x * sigmoid(1.702 x)`. */
export function quickGelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}

/** Activations by the names that Hugging Face's configs give them. */
export const ACTIVATIONS = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  quick_gelu: quickGelu,
  silu,
  swish: silu,
  relu: (x: tf.Tensor): tf.Tensor => tf.relu(x),
} as const;

/** Name of an activation: `hidden_act` in config.json. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** @returns whether a value of a config names an activation */
export function isActivationName(name: unknown): name is ActivationName {
  return typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name);
}

function normalCdf(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
