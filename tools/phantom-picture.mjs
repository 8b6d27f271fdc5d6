/**
 * @file Draws docs/phantom-ct.png, findings of PhantomCT 2 in one plane each:
 * `node tools/phantom-picture.mjs`, after `npm run setup`.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  findingNamed,
  samplePhantom2,
  scanGrid,
  scanPhantom,
} from '../packages/phantom/dist/index.js';
import { Random } from '../packages/core/dist/index.js';

const sharp = createRequire(new URL('../packages/io/package.json', import.meta.url))('sharp');

const PIXELS = 176;
const LUNG = [-1050, 250];
const SOFT = [-150, 260];
const BONE = [-250, 850];

/** Finding, window in HU, seed: the seeds were chosen for variety. */
const TILES = [
  ['lung nodule', LUNG, 3],
  ['consolidation', LUNG, 2],
  ['pleural effusion', LUNG, 1],
  ['pericardial effusion', SOFT, 4],
  ['liver metastases', SOFT, 2],
  ['renal cyst', SOFT, 1],
  ['aortic aneurysm', SOFT, 3],
  ['sclerotic bone metastasis', BONE, 1],
];

const COLUMNS = 4;

function tile([name, [low, high], seed]) {
  const random = new Random(`picture/${name}/${seed}`);
  const wishes = { modality: 'slice', shows: findingNamed(name), phase: 'portal venous' };
  const phantom = samplePhantom2('picture', wishes, random);
  const acquisition = { ...phantom.acquisition, kernel: 'soft', noise: 9, motion: 0 };
  const grid = scanGrid(phantom, [32, PIXELS, PIXELS], random.fork('plane'));
  const { volume } = scanPhantom({ ...phantom, acquisition }, grid, random.fork('pixels'));
  return Uint8Array.from(volume.data, (value) =>
    Math.max(0, Math.min(255, ((value - low) / (high - low)) * 255)),
  );
}

const picture = await sharp({
  create: {
    width: PIXELS * COLUMNS,
    height: PIXELS * Math.ceil(TILES.length / COLUMNS),
    channels: 3,
    background: 'black',
  },
})
  .composite(
    TILES.map((one, index) => ({
      input: tile(one),
      raw: { width: PIXELS, height: PIXELS, channels: 1 },
      left: (index % COLUMNS) * PIXELS,
      top: Math.floor(index / COLUMNS) * PIXELS,
    })),
  )
  .greyscale()
  .png({ palette: true, colours: 48, compressionLevel: 9 })
  .toFile(fileURLToPath(new URL('../docs/phantom-ct.png', import.meta.url)));
console.log(`docs/phantom-ct.png: ${picture.width} x ${picture.height}, ${picture.size} bytes`);
