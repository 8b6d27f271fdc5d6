/**
 * @file Perceptual hashes: images a second beside sharp-phash, and near pairs among 100,000 hashes
 * beside comparing all. Usage: npm run bench -- data-hashes [HASHES] [IMAGES] [ROUNDS]
 */
import { hammingDistance, HammingIndex, perceptualHash } from '@omnict/data';
import { Random } from '@omnict/core';
import { createRequire } from 'node:module';
import { URL } from 'node:url';
import { median } from '../peers.mjs';

const [hashes, images, rounds] = [100_000, 300, 3].map((value, i) =>
  Number(process.argv[2 + i] ?? value),
);
const require = createRequire(new URL('../../packages/data/package.json', import.meta.url));
const sharp = require('sharp');
const phash = require('sharp-phash');
const random = new Random(1);

const SIDE = 512;
const pictures = [];
for (let i = 0; i < 20; i++) {
  const coarse = Uint8Array.from({ length: 32 * 32 }, () => random.integer(256));
  const raw = { width: 32, height: 32, channels: 1 };
  pictures.push(await sharp(coarse, { raw }).resize(SIDE, SIDE).jpeg().toBuffer());
}
const timed = async (hash) => {
  const start = performance.now();
  for (let i = 0; i < images; i++) await hash(pictures[i % pictures.length]);
  return (performance.now() - start) / images;
};
const [ours, theirs] = [[], []];
for (let round = 0; round < rounds; round++) {
  ours.push(await timed(perceptualHash));
  theirs.push(await timed(phash));
}
const [a, b] = [median(ours), median(theirs)];
console.log(
  `pHash of ${SIDE} x ${SIDE} JPEG, one at a time: ours ${a.toFixed(2)} ms, sharp-phash ${b.toFixed(2)} ms`,
);

const items = [];
while (items.length < hashes) {
  const base = { high: random.uint32(), low: random.uint32() };
  items.push(base);
  if (random.uniform() > 0.2 || items.length === hashes) continue;
  const near = { ...base };
  for (let flip = random.integer(6); flip > 0; flip--)
    near.low = (near.low ^ (1 << random.integer(32))) >>> 0;
  items.push(near);
}
for (const radius of [5, 10]) {
  const [build, search] = [[], []];
  let pairs = 0;
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    const index = new HammingIndex(items);
    build.push(performance.now() - start);
    start = performance.now();
    pairs = 0;
    index.forEachPair(radius, () => pairs++);
    search.push(performance.now() - start);
  }
  // Comparing all takes minutes: a part is compared, checked, and its time scaled to all pairs.
  const part = items.slice(0, 10_000);
  const start = performance.now();
  let expected = 0;
  for (let i = 0; i < part.length; i++) {
    for (let j = i + 1; j < part.length; j++) {
      if (hammingDistance(part[i], part[j]) <= radius) expected++;
    }
  }
  const all = (performance.now() - start) * (items.length / part.length) ** 2;
  let found = 0;
  new HammingIndex(part).forEachPair(radius, () => found++);
  if (expected !== found) throw new Error(`${found} pairs found, ${expected} expected`);
  console.log(
    `${hashes} hashes, ${radius} bits: ${pairs} pairs; index ${median(build).toFixed(0)} ms, search ${median(search).toFixed(0)} ms, comparing all about ${all.toFixed(0)} ms`,
  );
}
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
