/** A simulated scan with its report: all that is said of it is known by construction. */
import { Random } from '@omnict/core';
import { samplePhantom2, scanGrid, scanPhantom, writeReport } from '@omnict/phantom';

const random = new Random('example');
const phantom = samplePhantom2('p1', { modality: 'volume' }, random);
const scan = scanPhantom(phantom, scanGrid(phantom, [16, 64, 64], random), random);
console.log(scan.volume.shape, writeReport(scan, random).findings.slice(0, 20));

// Prints:
// [ 16, 64, 64 ] The lungs are clear.
