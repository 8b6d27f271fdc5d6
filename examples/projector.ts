/** Tokens of a volume, three by three to one, through the volume's expert and the shared matrix. */
import { Random } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { MoeHybridProjection } from '@omnict/projector';
import * as tf from '@tensorflow/tfjs-core';

await selectEngine();
const sizes = { tokenDim: 8, sliceBlock: 1, volumeBlock: 3, hiddenDim: 16, outputDim: 16 };
const projection = new MoeHybridProjection({ ...sizes, random: new Random(0) });
console.log(projection.apply(tf.zeros([2, 10, 9, 9, 8]), 'volume').shape);

// Prints:
// [ 2, 90, 16 ]
