/** A layer on the best engine of this machine, and its gradient. */
import { Random } from '@omnict/core';
import { gelu, Linear, selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

await selectEngine();
const layer = new Linear({ inFeatures: 4, outFeatures: 2, random: new Random('example') });
const output = gelu(layer.apply(tf.ones([3, 4])));
const gradient = tf.grad((x) => tf.sum(gelu(layer.apply(x))))(tf.ones([3, 4]));
console.log(output.shape, gradient.shape);

// Prints:
// [ 3, 2 ] [ 3, 4 ]
