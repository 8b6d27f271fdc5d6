import type { Volume } from '@omnict/core';

/** Turned by 30 degrees about z, so that nothing but a right affine passes. */
export const OBLIQUE: Volume = {
  data: Int16Array.from({ length: 24 }, (_, i) => i * 50 - 1000),
  shape: [2, 3, 4],
  spacing: [2.5, 0.8, 0.7],
  origin: [-12.5, 30.25, 100],
  direction: [Math.cos(0.5), -Math.sin(0.5), 0, Math.sin(0.5), Math.cos(0.5), 0, 0, 0, 1],
  unit: 'HU',
};
