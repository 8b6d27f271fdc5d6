/** Slices to units of three, units to features, features with the places of three axes. */
import { composeSlices, loadVisionEncoder, triAxialEmbedding } from '@omnict/encoding';
import { selectEngine } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

await selectEngine();
const encoder = await loadVisionEncoder('siglip-tiny');
const volume = tf.zeros<tf.Rank.R3>([6, 108, 108]); // prepared: in [-1, 1]
const features =
  encoder.takes === 'units' ? encoder.encode(composeSlices(volume)) : encoder.encode(volume);
const widths = { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 };
console.log(features.shape, triAxialEmbedding(features, widths).shape);

// Prints:
// [ 2, 12, 12, 96 ] [ 2, 12, 12, 128 ]
