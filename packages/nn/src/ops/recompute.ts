import * as tf from '@tensorflow/tfjs-core';
import { sequenced } from '../fast/sequenced';

/** What a part of a network needs beside its input; no gradients flow into it. */
type RecomputeContext = Readonly<Record<string, tf.Tensor>>;

/**
 * Runs a part of a network without keeping what it computes in between; the way back computes it again
 * (gradient checkpointing): about a third more work for activations of one part at a time.
 *
 * @param part function of the input and the context, whose gradients flow to the input and parameters
 * @param input float32 @param options parameters that `part` uses, and its context
 * @see https://arxiv.org/abs/1604.06174
 */
export function recompute<T extends tf.Tensor, Context extends RecomputeContext>(
  part: (input: T, context: Context) => T,
  input: T,
  { parameters, context }: { parameters: readonly tf.Variable[]; context: Context },
): T {
  const names = Object.keys(context);
  const forward = tf.customGrad((...inputs) => {
    const [x] = inputs as [T];
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    save([x, ...Object.values(context)]);
    return {
      value: part(x, context),
      gradFunc: (dy: tf.Tensor, [saved, ...kept]: tf.Tensor[]) => {
        const again = sequenced(saved as T, dy);
        const restored = Object.fromEntries(names.map((name, i) => [name, kept[i]])) as Context;
        const sources = [again, ...parameters];
        const grads = gradientsWithin(() => part(again, restored), sources, dy);
        return sources.map((source, i) => grads[i] ?? tf.zerosLike(source));
      },
    };
  });
  return forward(input, ...parameters) as T;
}

/** Gradients while others are computed: tfjs would throw their tape away with ours. */
function gradientsWithin(
  run: () => tf.Tensor,
  sources: tf.Tensor[],
  dy: tf.Tensor,
): (tf.Tensor | undefined)[] {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return tf.engine().gradients(run, sources, dy).grads;
  } finally {
    state.activeTape = activeTape;
  }
}
