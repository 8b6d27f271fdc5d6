/** Asks the trained model that comes with the package about a phantom. */
import { Random } from '@omnict/core';
import { writeNifti } from '@omnict/io';
import { openOmniCT } from '@omnict/model';
import { samplePhantom2, scanGrid, scanPhantom } from '@omnict/phantom';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const random = new Random('example');
const phantom = samplePhantom2('p1', { modality: 'volume' }, random);
const scan = scanPhantom(phantom, scanGrid(phantom, [32, 108, 108], random), random);
const image = join(mkdtempSync(join(tmpdir(), 'omnict-example-')), 'ct.nii.gz');
await writeNifti(image, scan.volume);

const omnict = await openOmniCT('omnict-tiny');
const answer = omnict.ask({ image, question: 'Is there a lesion in the liver?' });
let text = '';
for await (const part of answer) text += part;
const { tokens } = await answer.result;
omnict.dispose();
console.log(text.length > 0, Object.keys(tokens).length > 0);

// Prints:
// true true
